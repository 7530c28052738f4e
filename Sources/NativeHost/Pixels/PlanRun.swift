import CVips
import EdgeHandler
import NIOCore

/// A plan from bytes to bytes, on the thread of the caller.
enum PlanRun {
  static func outcome(
    of plan: RenderPlan, _ blobs: [Blob: ByteBuffer], _ context: PixelContext
  ) -> Rendering {
    let start = ContinuousClock.now
    return withBytes(of: Array(blobs)) { blobs in
      let drawing = Drawing(
        blobs: blobs, quality: plan.encoding.isLossy ? .fast : .high,
        qualityOfAnimations: plan.encoding.lossless ? .high : .fast, context: context)
      do throws(PixelFailure) {
        let body = try drawing.film(plan.picture).encoded(plan.encoding, context.interruption)
        return .output(body, milliseconds: Int((ContinuousClock.now - start) / .milliseconds(1)))
      } catch PixelFailure.undecodable {
        return .undecodable
      } catch PixelFailure.interrupted {
        return context.interruption.isCancelled ? .failed : .timedOut
      } catch {
        return blobs.values.allSatisfy { isDecodable($0, context) } ? .failed : .undecodable
      }
    }
  }

  /// Pixels are computed when the encoder asks for them, so its failure may be an original's: only decoding alone can tell.
  private static func isDecodable(
    _ bytes: UnsafeRawBufferPointer, _ context: PixelContext
  ) -> Bool {
    guard let picture = EncodedPicture(bytes, context), let header = try? picture.header() else { return false }
    guard header.width * header.height * header.frames <= context.limits.maximumPixels else { return true }
    do throws(PixelFailure) {
      if header.frames > 1 {
        var frames = try picture.animation()
        var count = 0
        while let frame = try frames.next(after: count) {
          _ = try frame.computed(context.interruption)
          count += 1
        }
      } else {
        _ = try picture.open().computed(context.interruption)
      }
      return true
    } catch {
      return error == .interrupted
    }
  }

  /// The bytes of all buffers, held in their place.
  static func withBytes<Value>(
    of buffers: [(key: Blob, value: ByteBuffer)], _ held: [Blob: UnsafeRawBufferPointer] = [:],
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
