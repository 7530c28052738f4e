import CVips
import EdgeHandler

/// What else than pixels goes from an original to an output. libvips carries everything along with the pixels, in named fields,
/// and writes what is there when it encodes; so what must not be told is taken away here.
extension VipsPicture {
  /// How an animation is played.
  private static let playback: Set<String> = ["delay", "loop", "page-height", "n-pages"]
  /// libvips writes only those tags of an EXIF block that are fields too, and leaves alone what is the same in both.
  private static let copyright: Set<String> = ["exif-ifd0-Copyright", "exif-ifd0-Artist"]

  func keeping(_ metadata: Encoding.Metadata) throws(PixelFailure) -> VipsPicture {
    let kept = try keepingFields { name in
      switch metadata {
      case _ where Self.playback.contains(name): true
      case .none: false
      case .copyright: Self.copyright.contains(name)
      case .keep: Self.isOfThePicture(name)
      }
    }
    if metadata == .copyright, let block = bytes("exif-data").flatMap(CopyrightEXIF.reduce) {
      block.withUnsafeBytes { vips_image_set_blob_copy(kept.pointer, "exif-data", $0.baseAddress, $0.count) }
    }
    return kept
  }

  /// As a part of another picture, which has its own.
  func withoutMetadata() throws(PixelFailure) -> VipsPicture {
    try keepingFields { _ in false }
  }

  /// With what is kept of another, which shows the same.
  func withMetadata(of picture: VipsPicture) throws(PixelFailure) -> VipsPicture {
    let copy = try VipsPicture(cvips_with_interpretation(pointer, interpretation))
    try picture.forEachField {
      if Self.isOfThePicture(String(cString: $0)) { cvips_copy_field(picture.pointer, $0, copy.pointer) }
    }
    return copy
  }

  /// Not the orientation and the profile, which have been applied; nor a thumbnail, which shows what may have been cut off.
  private static func isOfThePicture(_ name: String) -> Bool {
    switch name {
    case "exif-ifd0-Orientation", "jpeg-thumbnail-data": false
    case "exif-data", "xmp-data", "iptc-data": true
    default: name.hasPrefix("exif-ifd") && !name.hasPrefix("exif-ifd1-")
    }
  }

  private func keepingFields(_ isKept: (String) -> Bool) throws(PixelFailure) -> VipsPicture {
    // A copy, because others may look at these fields meanwhile.
    let copy = try VipsPicture(cvips_with_interpretation(pointer, interpretation))
    try forEachField { if !isKept(String(cString: $0)) { vips_image_remove(copy.pointer, $0) } }
    return copy
  }

  private func forEachField(_ body: (UnsafePointer<CChar>) -> Void) throws(PixelFailure) {
    guard let names = vips_image_get_fields(pointer) else { throw .engine }
    defer { g_strfreev(names) }
    var next = names
    while let name = next.pointee {
      body(name)
      next += 1
    }
  }
}
