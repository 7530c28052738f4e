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
        var milliseconds: Int { Int((ContinuousClock.now - start) / .milliseconds(1)) }
        if plan.encoding.format == .svg {
          return .output(
            ByteBuffer(bytes: try drawing.document(plan.picture)), milliseconds: milliseconds, damaged: [])
        }
        let film = try drawing.film(plan.picture)
        // Known once the pixels have been decoded.
        var damaged: [Blob] {
          blobs.filter { context.structures.isDamaged($0.value) }.keys.sorted { $0.id < $1.id }
        }
        let original = original(of: plan, blobs, context)
        if let original, plan.original == .ifPossible {
          // It is whole: what cannot be decoded is not passed on.
          for frame in film.frames { _ = try frame.computed(context.interruption) }
          if damaged.isEmpty { return .original(original, milliseconds: milliseconds) }
        }
        let (body, isAlternative) = try film.encoded(plan.encoding, or: plan.alternative, context.interruption)
        let lacking = damaged
        if let original, lacking.isEmpty, original.readableBytes <= body.readableBytes {
          return .original(original, milliseconds: milliseconds)
        }
        return isAlternative
          ? .alternative(body, milliseconds: milliseconds, damaged: lacking)
          : .output(body, milliseconds: milliseconds, damaged: lacking)
      } catch PixelFailure.undecodable {
        return .undecodable
      } catch PixelFailure.interrupted {
        return context.interruption.isCancelled ? .failed : .timedOut
      } catch {
        return blobs.values.allSatisfy { isDecodable($0, context) } ? .failed : .undecodable
      }
    }
  }

  /// The bytes that may be passed on in the place of what the plan encodes.
  private static func original(
    of plan: RenderPlan, _ blobs: [Blob: UnsafeRawBufferPointer], _ context: PixelContext
  ) -> ByteBuffer? {
    guard plan.original != .never, case .decoded(let blob, _, let operations) = plan.picture, operations.isEmpty,
      let bytes = blobs[blob], let picture = EncodedPicture(bytes, context)
    else { return nil }
    return PassedOriginal.bytes(of: picture, plan.encoding.metadata)
  }

  /// Pixels are computed when the encoder asks for them, so its failure may be an original's: only decoding alone can tell.
  private static func isDecodable(
    _ bytes: UnsafeRawBufferPointer, _ context: PixelContext
  ) -> Bool {
    guard let picture = EncodedPicture(bytes, context), let header = try? picture.header() else { return false }
    let size = PixelSize(width: header.width, height: header.height)
    guard size.area(times: header.frames) <= context.limits.maximumPixels else { return true }
    do throws(PixelFailure) {
      // What is shown where nothing moves may be none of the frames.
      _ = try picture.open().computed(context.interruption)
      guard header.frames > 1 else { return true }
      var frames = try picture.animation()
      var count = 0
      while let frame = try frames.next(after: count) {
        _ = try frame.computed(context.interruption)
        count += 1
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
    case .png, .gif, .svg: false
    }
  }
}
