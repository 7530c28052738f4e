import CVips
import EdgeHandler
import NIOCore

/// A plan from bytes to bytes, on the thread of the caller.
enum PlanRun {
  static func outcome(
    of plan: RenderPlan, _ blobs: [Blob: ByteBuffer], _ limits: PixelEngine.Limits, _ interruption: Interruption
  ) -> Rendering {
    let start = ContinuousClock.now
    return withBytes(of: Array(blobs), [:]) { blobs in
      let drawing = Drawing(
        blobs: blobs, quality: plan.encoding.isLossy ? .fast : .high, limits: limits, interruption: interruption)
      do throws(PixelFailure) {
        let body = try drawing.film(plan.picture).encoded(plan.encoding, interruption)
        return .output(body, milliseconds: Int((ContinuousClock.now - start) / .milliseconds(1)))
      } catch PixelFailure.undecodable {
        return .undecodable
      } catch PixelFailure.interrupted {
        return interruption.isCancelled ? .failed : .timedOut
      } catch {
        return blobs.values.allSatisfy { isDecodable($0, limits, interruption) } ? .failed : .undecodable
      }
    }
  }

  /// Pixels are computed when the encoder asks for them, so its failure may be an original's: only decoding alone can tell.
  private static func isDecodable(
    _ bytes: UnsafeRawBufferPointer, _ limits: PixelEngine.Limits, _ interruption: Interruption
  ) -> Bool {
    guard let picture = EncodedPicture(bytes), let header = try? picture.header() else { return false }
    guard header.width * header.height * header.frames <= limits.maximumPixels else { return true }
    do throws(PixelFailure) {
      _ = try picture.open(allFrames: header.frames > 1).computed(interruption)
      return true
    } catch {
      return error == .interrupted
    }
  }

  /// The bytes of all buffers, held in their place.
  private static func withBytes<Value>(
    of buffers: [(key: Blob, value: ByteBuffer)], _ held: [Blob: UnsafeRawBufferPointer],
    _ body: ([Blob: UnsafeRawBufferPointer]) -> Value
  ) -> Value {
    guard let (blob, buffer) = buffers.last else { return body(held) }
    return buffer.withUnsafeReadableBytes { bytes in
      withBytes(of: buffers.dropLast(), held.merging([blob: bytes]) { $1 }, body)
    }
  }
}

extension Encoding {
  fileprivate var isLossy: Bool {
    switch format {
    case .jpeg: true
    case .webp, .avif: !lossless
    case .png, .gif: false
    }
  }
}
