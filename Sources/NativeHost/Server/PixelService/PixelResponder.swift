import EdgeHandler
import HTTPTypes
import NIOCore
import Pixels

/// `POST /inspect`, `/render` and `/sample`: the pixel engine for hosts that have none of their own. `GET /readyz` says whether one more
/// work would find room.
///
/// Trusts whoever can reach it with as much as the engine's limits allow, so it is bound to loopback.
public struct PixelResponder: Responder {
  private let engine: PixelEngine

  public init(engine: PixelEngine) {
    self.engine = engine
  }

  public func respond(
    to request: ServerRequest, on loop: any EventLoop, reply: @escaping @Sendable (ServerResponse) -> Void
  ) -> (@Sendable () -> Void)? {
    let answer: @Sendable (ByteBuffer) -> Void = { body in
      loop.execute { reply(Self.response(200, "application/octet-stream", body)) }
    }
    if request.head.method == "GET", request.head.target == "/readyz" {
      let hasRoom = engine.hasRoom
      let body = ByteBuffer(string: hasRoom ? "ok\n" : "full\n")
      reply(Self.response(hasRoom ? 200 : 503, "text/plain; charset=utf-8", body))
      return nil
    }
    do throws(WireError) {
      guard request.head.method == "POST" else { throw WireError("the method must be POST") }
      let parcel = try PixelParcel(request.body)
      switch request.head.target {
      case "/inspect": return try inspect(parcel, answer)
      case "/render": return try render(parcel, answer)
      case "/sample": return try sample(parcel, answer)
      default: throw WireError("nothing is served at this path")
      }
    } catch {
      reply(Self.complaint(error.description))
      return nil
    }
  }

  public func refuse(_ refusal: Refusal) -> ServerResponse {
    Self.complaint("the request is malformed or too large")
  }

  private func inspect(
    _ parcel: PixelParcel, _ answer: @escaping @Sendable (ByteBuffer) -> Void
  ) throws(WireError) -> @Sendable () -> Void {
    let request = try InspectRequest(wire: parcel.work)
    return engine.inspect(request, original: try parcel.bytes(request.blob)) { answer(PixelParcel.reply($0)) }
  }

  private func sample(
    _ parcel: PixelParcel, _ answer: @escaping @Sendable (ByteBuffer) -> Void
  ) throws(WireError) -> @Sendable () -> Void {
    let request = try SampleRequest(wire: parcel.work)
    return engine.sample(request, original: try parcel.bytes(request.blob)) { answer(PixelParcel.reply($0)) }
  }

  private func render(
    _ parcel: PixelParcel, _ answer: @escaping @Sendable (ByteBuffer) -> Void
  ) throws(WireError) -> @Sendable () -> Void {
    engine.render(try RenderPlan(wire: parcel.work), blobs: parcel.blobs) { rendering in
      switch rendering {
      case .output(let bytes, let milliseconds):
        // The number of the blob is for the host to give.
        let output = RenderedOutput(body: Blob(id: 0), byteCount: bytes.readableBytes, milliseconds: milliseconds)
        answer(PixelParcel.reply(RenderResult.output(output), output: bytes))
      case .undecodable: answer(PixelParcel.reply(RenderResult.undecodable))
      case .timedOut: answer(PixelParcel.reply(RenderResult.timedOut))
      case .overloaded: answer(PixelParcel.reply(RenderResult.overloaded))
      case .failed: answer(PixelParcel.reply(RenderResult.failed))
      }
    }
  }

  private static func complaint(_ text: String) -> ServerResponse {
    response(400, "text/plain; charset=utf-8", ByteBuffer(string: text + "\n"))
  }

  private static func response(_ status: Int, _ mediaType: String, _ body: ByteBuffer) -> ServerResponse {
    let fields: HTTPFields = [.contentType: mediaType, .contentLength: String(body.readableBytes)]
    return ServerResponse(status: status, fields: fields, body: body)
  }
}
