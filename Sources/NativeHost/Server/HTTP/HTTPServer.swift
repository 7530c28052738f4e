import EdgeHandler
import Glibc
import Net
import NIOCore
import NIOPosix
import Synchronization

/// HTTP/1.1 on one address, one event loop a core.
public final class HTTPServer: Sendable {
  public struct Configuration: Sendable {
    public var host = "127.0.0.1"
    /// 0 takes a free one.
    public var port = 0
    /// At this number those that are kept alive are closed after their next answer, and newcomers are told that there is no room.
    public var maximumConnections = 8192
    /// How many newcomers are told so at one time; others wait in the kernel's queue.
    public var maximumTurnedAway = 64
    /// From the first byte of a request, or the opening of its connection, to the end of the request.
    public var requestTimeout = TimeAmount.seconds(15)
    /// Between two requests.
    public var idleTimeout = TimeAmount.seconds(75)
    /// How long the caller may take none of the bytes that wait for it.
    public var writeTimeout = TimeAmount.seconds(30)
    public var body = BodyPolicy.discard(maximumBytes: 1 << 20)
    /// Whether a proxy in front is trusted to tell by `X-Forwarded-Proto` that the caller's connection is encrypted.
    public var trustsForwardedProtocol = false

    public init() {}
  }

  public enum BodyPolicy: Sendable {
    /// Read and dropped; a larger one ends the connection after the answer.
    case discard(maximumBytes: Int)
    /// Handed to the responder; a larger one is refused, and so is what the admission does not let in.
    case collect(maximumBytes: Int, BodyAdmission = BodyAdmission())
  }

  /// Which bodies are collected, and how much of them at one time.
  public struct BodyAdmission: Sendable {
    /// Why a request is refused before anything of its body is read; `nil` reads it.
    public var refusal: @Sendable (Request) -> Refusal? = { _ in nil }
    /// The bytes of all bodies, from their arrival until nobody holds the request any more; `nil` counts none.
    public var held: HeldBytes?

    public init() {}
  }

  let configuration: Configuration
  let responder: any Responder
  private let group: any EventLoopGroup
  private let note: @Sendable (Shortage) -> Void
  private let state = Mutex(State())
  /// Connections that are served, and those that are told that there is no room.
  private let openCount = Atomic(0)
  private let turnedAwayCount = Atomic(0)
  private let draining = Atomic(false)

  /// What keeps newcomers out, for the log; noted once in ``noteInterval``.
  public enum Shortage: Sendable, Equatable {
    /// There are as many connections as are allowed.
    case connections(Int)
    /// The system gives no socket for one more, and why.
    case sockets(String)
  }

  private static let noteInterval = TimeAmount.seconds(10)
  /// How long nothing is accepted where the system has no socket.
  fileprivate static let pause = TimeAmount.milliseconds(250)

  private struct State {
    var lastNote: (ofConnections: NIODeadline?, ofSockets: NIODeadline?)
    var listener: (any Channel)?
    var connections: [ObjectIdentifier: any Channel] = [:]
    var whenEmpty: EventLoopPromise<Void>?
  }

  public init(
    configuration: Configuration, group: any EventLoopGroup, responder: any Responder,
    note: @escaping @Sendable (Shortage) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.group = group
    self.responder = responder
    self.note = note
  }

  /// Binds. Returns the address, with the port that was taken; fails with a ``ListenError``.
  public func start() -> EventLoopFuture<SocketAddress> {
    ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelInitializer { [self] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.closeOnExec()
          try channel.pipeline.syncOperations.addHandler(AcceptGate(server: self))
        }
      }
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { [self] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.closeOnExec()
          try channel.pipeline.syncOperations.addHandler(Connection(server: self, loop: channel.eventLoop))
        }
      }
      .bind(host: configuration.host, port: configuration.port)
      .flatMapErrorThrowing { [configuration] error in throw ListenError(configuration, error) }
      .flatMapThrowing { [self] listener in
        state.withLock { $0.listener = listener }
        guard let address = listener.localAddress else { throw ChannelError.unknownLocalAddress }
        return address
      }
  }

  /// Stops accepting and lets what is in flight end; after `grace` the rest is cut off.
  public func drain(grace: TimeAmount) -> EventLoopFuture<Void> {
    let loop = group.next()
    let promise = loop.makePromise(of: Void.self)
    draining.store(true, ordering: .sequentiallyConsistent)
    let (listener, connections) = state.withLock { state in
      if !state.connections.isEmpty { state.whenEmpty = promise }
      return (state.listener, Array(state.connections.values))
    }
    // A caller whose connection is closed is not to find the door open again.
    let closed = (listener?.close() ?? loop.makeSucceededVoidFuture()).flatMapErrorThrowing { _ in }
    closed.whenSuccess {
      for connection in connections { connection.pipeline.fireUserInboundEventTriggered(DrainEvent()) }
      if connections.isEmpty { promise.succeed() }
    }
    let cutOff = loop.scheduleTask(in: grace) { [self] in
      for connection in state.withLock({ Array($0.connections.values) }) { connection.close(promise: nil) }
    }
    promise.futureResult.whenComplete { _ in cutOff.cancel() }
    // Both: after this the loops may end, and nothing is to be sent to them.
    return closed.flatMap { promise.futureResult }
  }

  public var connectionCount: Int { openCount.load(ordering: .relaxed) }

  var isFull: Bool { connectionCount >= configuration.maximumConnections }

  /// Whether one more is accepted, be it to be told that there is no room.
  fileprivate var accepts: Bool {
    !isFull || turnedAwayCount.load(ordering: .relaxed) < configuration.maximumTurnedAway
  }

  /// The configuration of a connection over the limit: its request is read for two seconds at most, then refused.
  var turnedAwayConfiguration: Configuration {
    var turnedAway = configuration
    turnedAway.requestTimeout = min(configuration.requestTimeout, .seconds(2))
    return turnedAway
  }

  /// Whether no connection is to be kept alive.
  var isDraining: Bool { draining.load(ordering: .relaxed) }

  /// - Returns: Whether there is room for the connection; where there is none it is turned away.
  func opened(_ channel: any Channel) -> Bool {
    state.withLock { $0.connections[ObjectIdentifier(channel)] = channel }
    let (_, count) = openCount.add(1, ordering: .relaxed)
    if count <= configuration.maximumConnections { return true }
    openCount.subtract(1, ordering: .relaxed)
    turnedAwayCount.add(1, ordering: .relaxed)
    report(.connections(configuration.maximumConnections))
    return false
  }

  func closed(_ channel: any Channel, wasTurnedAway: Bool) {
    if wasTurnedAway {
      turnedAwayCount.subtract(1, ordering: .relaxed)
    } else {
      openCount.subtract(1, ordering: .relaxed)
    }
    let (listener, promise) = state.withLock { state in
      state.connections[ObjectIdentifier(channel)] = nil
      let promise = state.connections.isEmpty ? state.whenEmpty.take() : nil
      return (state.listener, promise)
    }
    // Accepting may have stopped because of the limit.
    if !isDraining { listener?.read() }
    promise?.succeed()
  }

  fileprivate func lacksSocket(_ error: IOError) {
    report(.sockets(String(cString: strerror(error.errnoCode))))
  }

  private func report(_ shortage: Shortage) {
    func isDue(_ last: inout NIODeadline?) -> Bool {
      let now = NIODeadline.now()
      if let last, now - last < Self.noteInterval { return false }
      last = now
      return true
    }
    let isDue = state.withLock { state in
      switch shortage {
      case .connections: isDue(&state.lastNote.ofConnections)
      case .sockets: isDue(&state.lastNote.ofSockets)
      }
    }
    if isDue { note(shortage) }
  }
}

extension Channel {
  /// Keeps the socket from the programs that this process starts: a connection ends only when everyone who has it has closed it.
  fileprivate func closeOnExec() throws {
    _ = try pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { socket in
      fcntl(socket, F_SETFD, FD_CLOEXEC)
    }
  }
}

/// A server's address cannot be listened on.
public struct ListenError: Error, CustomStringConvertible {
  public let description: String

  fileprivate init(_ configuration: HTTPServer.Configuration, _ error: any Error) {
    let reason =
      switch error {
      case let error as IOError: String(cString: strerror(error.errnoCode))
      case let error as SocketAddressError.UnknownHost: error.errorDescription
      default: "\(error)"
      }
    description = "cannot listen on \(configuration.host):\(configuration.port): \(reason)"
  }
}

/// Tells a connection to close as soon as nothing is in flight.
struct DrainEvent: Sendable {}

/// Accepts no more connections while there are as many as are allowed, or while the system has no socket for one: the others wait in
/// the kernel's queue.
private final class AcceptGate: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias OutboundIn = Never

  private let server: HTTPServer

  init(server: HTTPServer) {
    self.server = server
  }

  func read(context: ChannelHandlerContext) {
    if server.accepts { context.read() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
      return context.fireErrorCaught(error)
    }
    server.lacksSocket(error)
    // Without this NIO tries again at once, and again: the listener stays readable.
    let channel = context.channel
    _ = channel.setOption(.autoRead, value: false)
    channel.eventLoop.scheduleTask(in: HTTPServer.pause) { _ = channel.setOption(.autoRead, value: true) }
  }
}
