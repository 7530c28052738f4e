#define _GNU_SOURCE
#include "CVips.h"

#include <dlfcn.h>
#include <gmodule.h>
#include <lcms2.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>
#include <webp/decode.h>

static void drop(const char *domain, GLogLevelFlags level, const char *message, void *context) {}

// Where the module for AVIF and HEIC is, beside libvips; NULL where it is not, as where those are built in.
static char *heif_module(void) {
  Dl_info library;
  void *symbol = dlsym(RTLD_DEFAULT, "vips_init");
  if (!symbol || !dladdr(symbol, &library)) return NULL;
  char *folder = g_path_get_dirname(library.dli_fname);
  char *path = g_strdup_printf(
    "%s/vips-modules-%d.%d/vips-heif." G_MODULE_SUFFIX, folder, vips_version(0), vips_version(1));
  g_free(folder);
  if (g_file_test(path, G_FILE_TEST_IS_REGULAR)) return path;
  g_free(path);
  return NULL;
}

static void load(const char *path) {
  GModule *module = g_module_open(path, G_MODULE_BIND_LAZY);
  if (module) g_module_make_resident(module);
}

// Its buffers hold several rows of tiles of the whole width, of 128 lines each unless told otherwise: megabytes for each
// picture at work. Results are the same, and as fast. That is an option of libvips' for command lines only.
static void use_low_tiles(void) {
  char *words[] = {"", "--vips-tile-height=32", NULL};
  char **arguments = words;
  int count = 2;
  GOptionContext *context = g_option_context_new(NULL);
  GOptionGroup *group = g_option_group_new("vips", "", "", NULL, NULL);
  vips_add_option_entries(group);
  g_option_context_set_main_group(context, group);
  g_option_context_parse(context, &count, &arguments, NULL);
  g_option_context_free(context);
}

int cvips_initialise(const char *program) {
  // libvips would load all modules that are installed: ImageMagick, OpenSlide and Poppler, none of which is ever called, take
  // memory and are one more thing for a stranger's file to reach. It looks for them in VIPSHOME, which has no folders here. Where
  // the one that is wanted lies elsewhere, libvips has to find it by itself.
  char *heif = heif_module();
  if (heif) g_setenv("VIPSHOME", "/dev/null", TRUE);
  if (VIPS_INIT(program)) return -1;
  if (heif && !vips_type_find("VipsOperation", "heifload_buffer")) load(heif);
  g_free(heif);
  use_low_tiles();
  // Its warnings are about originals, which are anybody's, and carry their words.
  g_log_set_handler("VIPS", G_LOG_LEVEL_MASK, drop, NULL);
  return 0;
}

// An image is given on only where the call succeeded.
#define GIVE(call)    \
  VipsImage *out = NULL; \
  return (call) ? NULL : out

// Images are read once, from the top, unless a whole copy of them is made.
#define LOADING "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR

VipsImage *cvips_load_jpeg(const void *bytes, size_t count, int shrink) {
  GIVE(vips_jpegload_buffer((void *)bytes, count, &out, LOADING, "shrink", shrink, NULL));
}

struct jpeg_errors {
  struct jpeg_error_mgr manager;
  jmp_buf exit;
  gboolean ends_early;
};

static void jpeg_fails(j_common_ptr info) { longjmp(((struct jpeg_errors *)info->err)->exit, 1); }

// Says nothing, and takes note of one thing.
static void jpeg_says(j_common_ptr info, int level) {
  int code = info->err->msg_code;
  if (level < 0 && (code == JWRN_HIT_MARKER || code == JWRN_JPEG_EOF)) ((struct jpeg_errors *)info->err)->ends_early = TRUE;
}

int cvips_jpeg_is_whole(const void *bytes, size_t count, gboolean (*stops)(void *context), void *context) {
  struct jpeg_decompress_struct info;
  struct jpeg_errors errors;
  JSAMPARRAY row;
  volatile int result = 0;
  errors.ends_early = FALSE;
  // What has not been made is not destroyed.
  memset(&info, 0, sizeof info);
  info.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = jpeg_fails;
  errors.manager.emit_message = jpeg_says;
  if (!setjmp(errors.exit)) {
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, count);
    jpeg_read_header(&info, TRUE);
    // The codes are the same to read at every scale.
    info.scale_num = 1;
    info.scale_denom = 8;
    jpeg_start_decompress(&info);
    row = info.mem->alloc_sarray(
      (j_common_ptr)&info, JPOOL_IMAGE, info.output_width * info.output_components, info.rec_outbuf_height);
    while (info.output_scanline < info.output_height && !errors.ends_early && result == 0) {
      jpeg_read_scanlines(&info, row, info.rec_outbuf_height);
      if (stops(context)) result = -1;
    }
    if (result == 0 && !errors.ends_early) result = 1;
  }
  jpeg_destroy_decompress(&info);
  return result;
}

VipsImage *cvips_load_png(const void *bytes, size_t count) {
  GIVE(vips_pngload_buffer((void *)bytes, count, &out, LOADING, NULL));
}

VipsImage *cvips_load_webp(const void *bytes, size_t count, int frames, double scale) {
  GIVE(vips_webpload_buffer((void *)bytes, count, &out, LOADING, "n", frames, "scale", scale, NULL));
}

int cvips_webp_size(const void *bytes, size_t count, int *width, int *height) {
  return WebPGetInfo(bytes, count, width, height) ? 0 : -1;
}

VipsImage *cvips_load_gif(const void *bytes, size_t count, int first, int frames) {
  GIVE(vips_gifload_buffer((void *)bytes, count, &out, LOADING, "page", first, "n", frames, NULL));
}

VipsImage *cvips_load_heif(const void *bytes, size_t count, gboolean thumbnail) {
  GIVE(vips_heifload_buffer((void *)bytes, count, &out, LOADING, "thumbnail", thumbnail, NULL));
}

VipsImage *cvips_load_tiff(const void *bytes, size_t count) {
  GIVE(vips_tiffload_buffer((void *)bytes, count, &out, LOADING, NULL));
}

VipsImage *cvips_load_svg(const void *bytes, size_t count, double scale) {
  GIVE(vips_svgload_buffer((void *)bytes, count, &out, LOADING, "scale", scale, NULL));
}

VipsImage *cvips_from_pixels(const void *bytes, size_t count, int width, int height, int bands) {
  return vips_image_new_from_memory_copy(bytes, count, width, height, bands, VIPS_FORMAT_UCHAR);
}

VipsImage *cvips_from_doubles(const double *values, int width, int height) {
  return vips_image_new_matrix_from_array(width, height, values, width * height);
}

VipsImage *cvips_uniform(int width, int height, const double *color, int bands) {
  VipsImage *black = NULL, *colored = NULL, *cast = NULL, *out = NULL;
  double factors[4] = {0, 0, 0, 0};
  if (bands <= 4 && !vips_black(&black, width, height, "bands", bands, NULL) &&
      !vips_linear(black, &colored, factors, color, bands, NULL) &&
      !vips_cast(colored, &cast, VIPS_FORMAT_UCHAR, NULL))
    vips_copy(cast, &out, "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
  g_clear_object(&cast);
  g_clear_object(&colored);
  g_clear_object(&black);
  return out;
}

VipsImage *cvips_extract_area(VipsImage *in, int x, int y, int width, int height) {
  GIVE(vips_extract_area(in, &out, x, y, width, height, NULL));
}

VipsImage *cvips_flip(VipsImage *in, VipsDirection direction) { GIVE(vips_flip(in, &out, direction, NULL)); }

VipsImage *cvips_rotate(VipsImage *in, VipsAngle angle) { GIVE(vips_rot(in, &out, angle, NULL)); }

VipsImage *cvips_turn(VipsImage *in, double cosine, double sine, int width, int height) {
  VipsInterpolate *interpolate = vips_interpolate_new("bicubic");
  VipsArrayInt *area = vips_array_int_newv(4, 0, 0, width, height);
  VipsArrayDouble *nothing = vips_array_double_newv(1, 0.0);
  VipsImage *out = NULL;
  // Both centres are those of the pictures, half a pixel from those of pixels.
  if (interpolate)
    vips_affine(
      in, &out, cosine, -sine, sine, cosine, "interpolate", interpolate, "extend", VIPS_EXTEND_BACKGROUND, "background",
      nothing, "premultiplied", TRUE, "oarea", area, "idx", 0.5 - in->Xsize / 2.0, "idy", 0.5 - in->Ysize / 2.0, "odx",
      width / 2.0 - 0.5, "ody", height / 2.0 - 0.5, NULL);
  vips_area_unref(VIPS_AREA(nothing));
  vips_area_unref(VIPS_AREA(area));
  g_clear_object(&interpolate);
  return out;
}

VipsImage *cvips_enlarge(VipsImage *in, int width, int height) {
  VipsInterpolate *interpolate = vips_interpolate_new("bicubic");
  VipsArrayInt *area = vips_array_int_newv(4, 0, 0, width, height);
  VipsImage *out = NULL;
  // The centre of a pixel is half a pixel from its corner, before and after. (vips_resize leaves out the latter.)
  if (interpolate)
    vips_affine(
      in, &out, (double)width / in->Xsize, 0, 0, (double)height / in->Ysize, "interpolate", interpolate, "extend",
      VIPS_EXTEND_COPY, "premultiplied", TRUE, "oarea", area, "idx", 0.5, "idy", 0.5, "odx", -0.5, "ody", -0.5, NULL);
  vips_area_unref(VIPS_AREA(area));
  g_clear_object(&interpolate);
  return out;
}

VipsImage *cvips_embed(VipsImage *in, int x, int y, int width, int height, const double *background, int bands) {
  VipsArrayDouble *array = vips_array_double_new(background, bands);
  VipsImage *out = NULL;
  vips_embed(in, &out, x, y, width, height, "extend", VIPS_EXTEND_BACKGROUND, "background", array, NULL);
  vips_area_unref(VIPS_AREA(array));
  return out;
}

VipsImage *cvips_embed_copying_edges(VipsImage *in, int x, int y, int width, int height) {
  GIVE(vips_embed(in, &out, x, y, width, height, "extend", VIPS_EXTEND_COPY, NULL));
}

VipsImage *cvips_smartcrop(VipsImage *in, int width, int height, VipsInteresting interesting) {
  GIVE(vips_smartcrop(in, &out, width, height, "interesting", interesting, NULL));
}

VipsImage *cvips_replicate(VipsImage *in, int across, int down) {
  GIVE(vips_replicate(in, &out, across, down, NULL));
}

VipsImage *cvips_join_vertically(VipsImage **in, int count) {
  GIVE(vips_arrayjoin(in, &out, count, "across", 1, NULL));
}

int cvips_find_trim(VipsImage *in, const double *background, int bands, double threshold, int box[4]) {
  VipsArrayDouble *array = vips_array_double_new(background, bands);
  int result = vips_find_trim(
    in, &box[0], &box[1], &box[2], &box[3], "threshold", threshold, "background", array, NULL);
  vips_area_unref(VIPS_AREA(array));
  return result;
}

VipsImage *cvips_extract_bands(VipsImage *in, int first, int count) {
  GIVE(vips_extract_band(in, &out, first, "n", count, NULL));
}

VipsImage *cvips_add_alpha(VipsImage *in) { GIVE(vips_addalpha(in, &out, NULL)); }

VipsImage *cvips_join_bands(VipsImage *colors, VipsImage *alpha) { GIVE(vips_bandjoin2(colors, alpha, &out, NULL)); }

VipsImage *cvips_cast(VipsImage *in, VipsBandFormat format) { GIVE(vips_cast(in, &out, format, NULL)); }

VipsImage *cvips_linear(VipsImage *in, const double *factors, const double *addends, int bands) {
  GIVE(vips_linear(in, &out, factors, addends, bands, NULL));
}

VipsImage *cvips_multiply(VipsImage *left, VipsImage *right) { GIVE(vips_multiply(left, right, &out, NULL)); }

VipsImage *cvips_invert(VipsImage *in) { GIVE(vips_invert(in, &out, NULL)); }

VipsImage *cvips_recombine(VipsImage *in, VipsImage *matrix) { GIVE(vips_recomb(in, &out, matrix, NULL)); }

VipsImage *cvips_round(VipsImage *in) { GIVE(vips_rint(in, &out, NULL)); }

VipsImage *cvips_map(VipsImage *in, VipsImage *table) { GIVE(vips_maplut(in, &out, table, NULL)); }

VipsImage *cvips_with_interpretation(VipsImage *in, VipsInterpretation interpretation) {
  GIVE(vips_copy(in, &out, "interpretation", interpretation, NULL));
}

VipsImage *cvips_to_srgb(VipsImage *in) { GIVE(vips_colourspace(in, &out, VIPS_INTERPRETATION_sRGB, NULL)); }

VipsImage *cvips_apply_profile(VipsImage *in) {
  GIVE(vips_icc_transform(
    in, &out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_PERCEPTUAL, "black_point_compensation", TRUE, "pcs",
    VIPS_PCS_LAB, NULL));
}

int cvips_is_profile(const void *bytes, size_t count) {
  cmsHPROFILE profile = count <= G_MAXUINT32 ? cmsOpenProfileFromMem(bytes, (cmsUInt32Number)count) : NULL;
  if (!profile) return 0;
  int is_usable = cmsIsMatrixShaper(profile) || cmsIsTag(profile, cmsSigGrayTRCTag) ||
    cmsIsTag(profile, cmsSigAToB0Tag) || cmsIsTag(profile, cmsSigAToB1Tag) || cmsIsTag(profile, cmsSigAToB2Tag);
  cmsCloseProfile(profile);
  return is_usable;
}

VipsImage *cvips_premultiply(VipsImage *in) { GIVE(vips_premultiply(in, &out, NULL)); }

VipsImage *cvips_unpremultiply(VipsImage *in) { GIVE(vips_unpremultiply(in, &out, NULL)); }

VipsImage *cvips_unpremultiply_of(VipsImage *in, double alpha) {
  GIVE(vips_unpremultiply(in, &out, "max_alpha", alpha, NULL));
}

VipsImage *cvips_flatten(VipsImage *in, const double background[3]) {
  VipsArrayDouble *array = vips_array_double_new(background, 3);
  VipsImage *out = NULL;
  vips_flatten(in, &out, "background", array, NULL);
  vips_area_unref(VIPS_AREA(array));
  return out;
}

void cvips_copy_field(VipsImage *from, const char *name, VipsImage *to) {
  GValue value = G_VALUE_INIT;
  if (vips_image_get(from, name, &value)) return;
  vips_image_set(to, name, &value);
  g_value_unset(&value);
}

VipsImage *cvips_over(VipsImage *base, VipsImage *overlay) {
  GIVE(vips_composite2(base, overlay, &out, VIPS_BLEND_MODE_OVER, NULL));
}

VipsImage *cvips_insert(VipsImage *base, VipsImage *part, int x, int y) {
  GIVE(vips_insert(base, part, &out, x, y, NULL));
}

int cvips_save_jpeg(VipsImage *in, void **bytes, size_t *count, int quality, gboolean strip) {
  return vips_jpegsave_buffer(in, bytes, count, "Q", quality, "optimize_coding", TRUE, "strip", strip, NULL);
}

int cvips_save_png(VipsImage *in, void **bytes, size_t *count, int compression, gboolean strip) {
  return vips_pngsave_buffer(
    in, bytes, count, "compression", compression, "filter", VIPS_FOREIGN_PNG_FILTER_ALL, "strip", strip, NULL);
}

int cvips_save_palette_png(
  VipsImage *in, void **bytes, size_t *count, int compression, int quality, int effort, gboolean strip) {
  return vips_pngsave_buffer(
    in, bytes, count, "compression", compression, "palette", TRUE, "Q", quality, "effort", effort, "strip", strip,
    NULL);
}

int cvips_save_webp(
  VipsImage *in, void **bytes, size_t *count, int quality, gboolean lossless, int effort, gboolean strip) {
  return vips_webpsave_buffer(
    in, bytes, count, "Q", quality, "lossless", lossless, "effort", effort, "strip", strip, NULL);
}

int cvips_save_avif(
  VipsImage *in, void **bytes, size_t *count, int quality, gboolean lossless, int effort,
  VipsForeignSubsample subsample, gboolean strip) {
  return vips_heifsave_buffer(
    in, bytes, count, "compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1, "bitdepth", 8, "Q", quality, "lossless",
    lossless, "effort", effort, "subsample_mode", subsample, "strip", strip, NULL);
}

int cvips_save_gif(VipsImage *in, void **bytes, size_t *count, int effort, gboolean strip) {
  return vips_gifsave_buffer(in, bytes, count, "effort", effort, "strip", strip, NULL);
}

void cvips_watch(VipsImage *image, cvips_progress called, void *context) {
  vips_image_set_progress(image, TRUE);
  g_signal_connect(image, "eval", G_CALLBACK(called), context);
}
