import EdgeHandler
import Glibc
import Net
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// HTTP/1.1 on one address, one event loop a core.
public final class HTTPServer: Sendable {
  public struct Configuration: Sendable {
    public var host = "127.0.0.1"
    /// 0 takes a free one.
    public var port = 0
    /// At this number no more are accepted, and those that are kept alive are closed after their next answer.
    public var maximumConnections = 8192
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

  /// Of a request's head, as wide as the edge host's.
  private static let headLimits = {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderListSize = 80 << 10
    limits.maxHeaderFieldCount = Request.maximumFieldCount
    return limits
  }()

  let configuration: Configuration
  let responder: any Responder
  private let group: any EventLoopGroup
  private let state = Mutex(State())
  private let openCount = Atomic(0)
  private let draining = Atomic(false)

  private struct State {
    var listener: (any Channel)?
    var connections: [ObjectIdentifier: any Channel] = [:]
    var whenEmpty: EventLoopPromise<Void>?
  }

  public init(configuration: Configuration, group: any EventLoopGroup, responder: any Responder) {
    self.configuration = configuration
    self.group = group
    self.responder = responder
  }

  /// Binds. Returns the address, with the port that was taken; fails with a ``ListenError``.
  public func start() -> EventLoopFuture<SocketAddress> {
    ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelInitializer { [self] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.closeOnExec()
          try channel.pipeline.syncOperations.addHandler(AcceptLimit(server: self))
        }
      }
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { [self] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.closeOnExec()
          let decoder = HTTPRequestDecoder(
            leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop,
            limitConfiguration: Self.headLimits)
          try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(decoder), Connection(server: self, loop: channel.eventLoop))
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

  /// Whether no connection is to be kept alive.
  var isDraining: Bool { draining.load(ordering: .relaxed) }

  func opened(_ channel: any Channel) {
    openCount.add(1, ordering: .relaxed)
    state.withLock { $0.connections[ObjectIdentifier(channel)] = channel }
  }

  func closed(_ channel: any Channel) {
    openCount.subtract(1, ordering: .relaxed)
    let (listener, promise) = state.withLock { state in
      state.connections[ObjectIdentifier(channel)] = nil
      let promise = state.connections.isEmpty ? state.whenEmpty.take() : nil
      return (state.listener, promise)
    }
    // Accepting may have stopped because of the limit.
    if !isDraining { listener?.read() }
    promise?.succeed()
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

/// Accepts no more connections while there are as many as are allowed: the others wait in the kernel's queue.
private final class AcceptLimit: ChannelOutboundHandler {
  typealias OutboundIn = Never

  private let server: HTTPServer

  init(server: HTTPServer) {
    self.server = server
  }

  func read(context: ChannelHandlerContext) {
    if !server.isFull { context.read() }
  }
}
