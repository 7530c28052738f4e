import CVips
import EdgeHandler
import NIOCore

enum Sampling {
  static func result(
    of request: SampleRequest, _ original: ByteBuffer, _ context: PixelContext
  ) -> SampleResult {
    let start = ContinuousClock.now
    return original.withUnsafeReadableBytes { bytes in
      guard let picture = EncodedPicture(bytes, context) else { return .undecodable }
      do throws(PixelFailure) {
        let raster = try raster(of: picture, request, context)
        return .sample(
          Sample(
            raster, milliseconds: Int((ContinuousClock.now - start) / .milliseconds(1)),
            isDamaged: context.structures.isDamaged(bytes)))
      } catch {
        guard error == .interrupted else { return .undecodable }
        return context.interruption.isCancelled ? .overloaded : .timedOut
      }
    }
  }

  private static func raster(
    of picture: EncodedPicture, _ request: SampleRequest, _ context: PixelContext
  ) throws(PixelFailure) -> Raster {
    let header = try picture.header()
    guard header.format == .svg || context.limits.permit(header, frames: 1) else { throw .engine }
    let stored = PixelSize(width: header.width, height: header.height)
    var geometry = Geometry(stored: stored, orientation: Orientation(exif: header.orientation))
    let size = header.orientedSize
    let side = min(min(max(request.longestSide, 1), 64), max(size.width, size.height))
    func scaled(_ length: Int) -> Int {
      let longest = max(size.width, size.height)
      return max(min(request.leastSide, side, length), (length * side + longest / 2) / longest)
    }
    _ = geometry.append(.resize(width: scaled(size.width), height: scaled(size.height)))
    let interruption = context.interruption
    let small = try picture.open(for: geometry, of: stored, .high)
      .applying(geometry, stored: stored, interruption).withAlpha()
    interruption.watch(small)
    guard let raster = Raster(width: small.width, height: small.height, rgba: try small.pixels()) else { throw .engine }
    return raster
  }
}

extension VipsPicture {
  /// All bytes of all pixels.
  func pixels() throws(PixelFailure) -> [UInt8] {
    var count = 0
    guard let start = vips_image_write_to_memory(pointer, &count) else {
      vips_error_clear()
      throw .engine
    }
    defer { g_free(start) }
    return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }
}
