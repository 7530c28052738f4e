import CVips
import EdgeHandler
import Glibc

/// libvips as this engine uses it: one thread for each computation and no memory of past ones, because the cores are kept busy by
/// computing many outputs at once; and only loaders that are fit for files of strangers.
enum Vips {
  static let isReady: Bool = {
    keepMemoryWhole()
    guard cvips_initialise("imgedge") == 0 else { return false }
    vips_concurrency_set(1)
    // liborc 0.4.33, which compiles libvips' vector code, frees such code without a lock: two threads at it crash, rarely.
    vips_vector_set_enabled(0)
    vips_cache_set_max(0)
    vips_cache_set_max_mem(0)
    vips_cache_set_max_files(0)
    vips_block_untrusted_set(1)
    return true
  }()

  /// Tells the allocator, which serves the whole process, what pixel work is like: many threads that each take and give back
  /// buffers of any size. Left to itself it has eight arenas a core and lets buffers of up to 32 MiB into them, whose gaps
  /// then stay resident for good.
  private static func keepMemoryWhole() {
    mallopt(M_ARENA_MAX, Int32(clamping: sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    // Whole pictures go back to the system at once; smaller ones cost less where they are kept.
    mallopt(M_MMAP_THRESHOLD, 1 << 20)
    mallopt(M_TRIM_THRESHOLD, 4 << 20)
  }

  /// Frees what libvips keeps for the calling thread, which ends. Where libvips was never initialised, that would read from a null pointer.
  static func endThread() {
    guard isReady else { return }
    vips_thread_shutdown()
  }
}

/// Why a picture was not made.
enum PixelFailure: Error, Equatable {
  /// The original's bytes cannot be read.
  case undecodable
  /// The original may be whole, but has something that is not read here.
  case unread(UnreadFeature)
  /// The work was interrupted.
  case interrupted
  /// libvips did not do what it was asked for.
  case engine
}

/// A reference to one of libvips' images: a description of how to compute pixels, mostly, and not the pixels.
final class VipsPicture {
  let pointer: UnsafeMutablePointer<VipsImage>

  init(_ pointer: UnsafeMutablePointer<VipsImage>?, or failure: PixelFailure = .engine) throws(PixelFailure) {
    guard let pointer else {
      // What libvips says of it names files and quotes originals: nobody is told.
      vips_error_clear()
      throw failure
    }
    self.pointer = pointer
  }

  deinit {
    g_object_unref(pointer)
  }

  var width: Int { Int(vips_image_get_width(pointer)) }
  var height: Int { Int(vips_image_get_height(pointer)) }
  var bands: Int { Int(vips_image_get_bands(pointer)) }
  var format: VipsBandFormat { vips_image_get_format(pointer) }
  var interpretation: VipsInterpretation { vips_image_get_interpretation(pointer) }
  /// Packed Lab has four bands, none of which is alpha.
  var hasAlpha: Bool { pointer.pointee.Coding == VIPS_CODING_NONE && vips_image_hasalpha(pointer) != 0 }
  var size: PixelSize { PixelSize(width: width, height: height) }

  func has(_ field: String) -> Bool {
    vips_image_get_typeof(pointer, field) != 0
  }

  func integer(_ field: String) -> Int? {
    var value: Int32 = 0
    guard has(field), vips_image_get_int(pointer, field, &value) == 0 else { return nil }
    return Int(value)
  }

  func integers(_ field: String) -> [Int]? {
    var values: UnsafeMutablePointer<Int32>?
    var count: Int32 = 0
    guard has(field), vips_image_get_array_int(pointer, field, &values, &count) == 0, let values else { return nil }
    return UnsafeBufferPointer(start: values, count: Int(count)).map(Int.init)
  }

  func bytes(_ field: String) -> [UInt8]? {
    var start: UnsafeRawPointer?
    var count = 0
    guard has(field), vips_image_get_blob(pointer, field, &start, &count) == 0, let start else { return nil }
    return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  /// Computes the pixels, after which they can be read in any order.
  func computed(_ interruption: Interruption) throws(PixelFailure) -> VipsPicture {
    guard !interruption.isDue else { throw .interrupted }
    interruption.watch(self)
    do throws(PixelFailure) {
      return try VipsPicture(vips_image_copy_memory(pointer))
    } catch {
      throw interruption.isDue ? .interrupted : error
    }
  }
}
