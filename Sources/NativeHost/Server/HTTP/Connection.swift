import EdgeHandler
import Glibc
import NIOCore

/// One connection: its requests in, its answers out in the same order.
///
/// Answers one request at a time. While one is unanswered, or the caller does not read, nothing more is read from the socket; that
/// the caller sends no more is told by the kernel all the same. Touched by the connection's event loop only, hence
/// `@unchecked Sendable`.
final class Connection: ChannelDuplexHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// A request that has been read and waits for its turn.
  private enum Pending {
    case request(ServerRequest, keepsAlive: Bool, isHTTP10: Bool)
    /// The answer to a `HEAD` has no body (RFC 9110, section 9.3.2).
    case refusal(Refusal, isHead: Bool)
  }

  private let server: HTTPServer
  private let loop: any EventLoop
  private var context: ChannelHandlerContext?
  private var writer = ResponseHeadWriter()
  /// Received and not yet read.
  private var input = ByteBuffer()
  private var decoder = RequestDecoder()
  private var assembly = RequestAssembly()
  private var pending = CircularBuffer<Pending>()
  private var patience: ConnectionPatience

  /// Numbers the requests, so that a late or second reply cannot answer another one.
  private var requestNumber: UInt64 = 0
  private var isAnswering = false
  private var cancel: (@Sendable () -> Void)?
  private var isProcessing = false
  private var isReading = false
  /// Whether a request has become complete in this turn of the loop.
  private var hasCompletedRequest = false
  private var needsFlush = false
  private var readIsHeld = false
  /// After the answer in flight, or at once.
  private var closes = false
  private var isClosing = false
  /// Whether there are too many connections for this one: it gets an answer that says so.
  private var isTurnedAway = false
  /// Whether the caller has said that it sends no more, which the kernel also says of one that has gone.
  private var inputHasEnded = false
  /// How much of ``answerStart`` is out before the answer is made.
  private var startedByteCount = 0

  /// What every answer begins with.
  private static let answerStart: StaticString = "HTTP/1.1 "

  init(server: HTTPServer, loop: any EventLoop) {
    self.server = server
    self.loop = loop
    patience = ConnectionPatience(configuration: server.configuration, now: .now())
  }

  // MARK: Life

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { opened(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    opened(context)
    context.fireChannelActive()
  }

  private func opened(_ context: ChannelHandlerContext) {
    isTurnedAway = !server.opened(context.channel)
    if isTurnedAway { patience = ConnectionPatience(configuration: server.turnedAwayConfiguration, now: .now()) }
    watch()
  }

  func channelInactive(context: ChannelHandlerContext) {
    isClosing = true
    pending.removeAll()
    cancel.take()?()
    server.closed(context.channel, wasTurnedAway: isTurnedAway)
    self.context = nil
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is DrainEvent, !isAnswering, pending.isEmpty, isBetweenRequests { close() }
    if let event = event as? ChannelEvent {
      switch event {
      case .inputClosed: inputEnded()
      case .outputClosed: if inputHasEnded { close() }
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    close()
  }

  private func watch() {
    loop.scheduleTask(in: patience.interval) { [weak self] in
      guard let self, let context else { return }
      let waiting = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
      let isBusy = isAnswering || !pending.isEmpty
      if patience.isOver(now: .now(), isBusy: isBusy, unsentBytes: waiting) {
        guard isTurnedAway, !isClosing, waiting == 0 else { return close() }
        refuse(.overloaded)
        process()
        flushIfIdle()
      }
      startAnswer()
      watch()
    }
  }

  /// Nothing more comes. What has come is answered all the same: a caller may close its sending half behind its last request.
  private func inputEnded() {
    inputHasEnded = true
    guard !isClosing else { return }
    if !isBetweenRequests { refuse(.malformed) }
    guard isAnswering || !pending.isEmpty else { return close() }
    process()
    flushIfIdle()
    startAnswer()
  }

  /// Sends a first byte of the answer that is being made to a caller whose input has ended, once for each interval of the watch, and
  /// thereby learns of one that has gone altogether: its system resets the connection.
  private func startAnswer() {
    guard inputHasEnded, isAnswering, !isClosing, let context, context.channel.isWritable,
      startedByteCount < Self.answerStart.utf8CodeUnitCount
    else { return }
    let byte = Self.answerStart.withUTF8Buffer { ByteBuffer(bytes: [$0[startedByteCount]]) }
    startedByteCount += 1
    context.writeAndFlush(Self.wrapOutboundOut(byte), promise: nil)
  }

  private func close() {
    isClosing = true
    context?.close(promise: nil)
  }

  // MARK: In

  func read(context: ChannelHandlerContext) {
    if isAnswering || !pending.isEmpty || !context.channel.isWritable {
      readIsHeld = true
    } else {
      context.read()
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    isReading = true
    guard !closesAfterPending else { return }
    var bytes = Self.unwrapInboundIn(data)
    if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
    do throws(Refusal) {
      while !closesAfterPending, let part = try decoder.next(from: &input) { take(part) }
    } catch {
      refuse(error)
    }
    // What is not kept gives its memory back.
    if closesAfterPending || input.readableBytes == 0 { input = ByteBuffer() }
    process()
  }

  private func take(_ part: RequestDecoder.Part) {
    switch assembly.add(part, server.configuration) {
    case .more: break
    case .wantsContinue: wantsContinue()
    case .request(let request, let keepsAlive, let isHTTP10):
      hasCompletedRequest = true
      patience.requestIsComplete(now: .now())
      if isTurnedAway { return refuse(.overloaded) }
      pending.append(.request(request, keepsAlive: keepsAlive, isHTTP10: isHTTP10))
    case .refusal(let refusal): refuse(refusal)
    }
  }

  private var isBetweenRequests: Bool { assembly.isEmpty && decoder.isBetweenRequests }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    if !hasCompletedRequest || !isBetweenRequests { patience.bytesArrived(now: .now()) }
    hasCompletedRequest = false
    flushIfIdle()
    context.fireChannelReadComplete()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    process()
    flushIfIdle()
    context.fireChannelWritabilityChanged()
  }

  /// Whether what comes in is not looked at any more.
  private var closesAfterPending: Bool {
    if isClosing { return true }
    switch pending.last {
    case .refusal?: return true
    case .request(_, let keepsAlive, _)?: return !keepsAlive
    case nil: return isAnswering && closes
    }
  }

  private func refuse(_ refusal: Refusal) {
    guard !closesAfterPending else { return }
    pending.append(.refusal(refusal, isHead: decoder.isHead))
  }

  private func wantsContinue() {
    guard !isAnswering, pending.isEmpty, let context else { return }
    context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
  }

  // MARK: Out

  /// Answers what is pending as far as that can be done now.
  private func process() {
    guard !isProcessing else { return }
    isProcessing = true
    defer { isProcessing = false }
    while !isAnswering, !isClosing, let context, context.channel.isWritable, let next = pending.popFirst() {
      requestNumber += 1
      isAnswering = true
      switch next {
      case .refusal(let refusal, let isHead):
        closes = true
        var response = server.responder.refuse(refusal)
        if isHead { response.body = nil }
        answer(response, isHTTP10: false)
      case .request(let request, let keepsAlive, let isHTTP10):
        if !keepsAlive || server.isFull { closes = true }
        let number = requestNumber
        let cancel = server.responder.respond(to: request, on: loop) { [self] response in
          guard isAnswering, requestNumber == number else { return }
          answer(response, isHTTP10: isHTTP10)
          guard !isProcessing else { return }
          process()
          flushIfIdle()
        }
        if isAnswering, requestNumber == number { self.cancel = cancel }
      }
    }
  }

  private func answer(_ response: ServerResponse, isHTTP10: Bool) {
    isAnswering = false
    cancel = nil
    guard !isClosing, let context else { return }
    if server.isDraining || inputHasEnded && pending.isEmpty { closes = true }
    // An answer has some 700 bytes of fields.
    var head = context.channel.allocator.buffer(capacity: 1024)
    let connection = closes ? "close" : isHTTP10 ? "keep-alive" : nil
    writer.write(response, connection: connection, now: time(nil), into: &head)
    head.moveReaderIndex(forwardBy: startedByteCount)
    startedByteCount = 0
    context.write(Self.wrapOutboundOut(head), promise: nil)
    if let body = response.body, body.readableBytes > 0 { context.write(Self.wrapOutboundOut(body), promise: nil) }
    needsFlush = true
    if closes {
      isClosing = true
      pending.removeAll()
    }
  }

  /// Sends what has been written, unless more may follow in this turn of the loop, and reads on if that was held.
  private func flushIfIdle() {
    guard !isReading, let context else { return }
    if needsFlush {
      needsFlush = false
      context.flush()
      patience.answered(now: .now())
      if isClosing { closeGently(context) }
    }
    if readIsHeld, !isAnswering, pending.isEmpty, context.channel.isWritable {
      readIsHeld = false
      context.read()
    }
  }

  /// Says that nothing more comes and waits for the caller to close: closing with unread input would reset the connection and
  /// could lose the answer.
  private func closeGently(_ context: ChannelHandlerContext) {
    patience.lingers(now: .now())
    guard inputHasEnded else { return context.close(mode: .output, promise: nil) }
    // Where both halves end nothing is waited for, unsent bytes included: an empty write is done when they are.
    context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer())).whenComplete { [self] _ in close() }
  }
}
