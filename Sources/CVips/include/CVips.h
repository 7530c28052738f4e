#ifndef CVIPS_H
#define CVIPS_H

// One function for each call of libvips that Swift cannot make itself, because it is variadic or a macro. What gives a
// `VipsImage *` gives a reference of the caller's, or NULL where libvips failed; what gives an `int` gives 0 on success.
// Nothing is decided here.

#include "Color.h"
#include "Resample.h"

#include <malloc.h>
#include <vips/vips.h>
#include <vips/vector.h>

int cvips_initialise(const char *program);

// Bytes to images. The bytes must stay where they are as long as the image lives.
VipsImage *cvips_load_jpeg(const void *bytes, size_t count, int shrink);
// Whether the codes of a JPEG with an end marker go as far as its pixels: 1, 0, or -1 where `stops` has said so. By libjpeg, because
// libvips does not tell of what its last rows lack.
int cvips_jpeg_is_whole(const void *bytes, size_t count, gboolean (*stops)(void *context), void *context);
VipsImage *cvips_load_png(const void *bytes, size_t count);
VipsImage *cvips_load_webp(const void *bytes, size_t count, int frames, double scale);
// The size of a WebP by libwebp's own reader, because libvips takes memory for all pixels, and clears it, before it tells a size.
int cvips_webp_size(const void *bytes, size_t count, int *width, int *height);
VipsImage *cvips_load_gif(const void *bytes, size_t count, int first, int frames);
VipsImage *cvips_load_heif(const void *bytes, size_t count, gboolean thumbnail);
VipsImage *cvips_load_tiff(const void *bytes, size_t count);
// Decodes at once, to 8-bit RGB in stored order. NULL too where the file says another size.
VipsImage *cvips_load_tiff_as_rgb(const void *bytes, size_t count, int width, int height);
// Whether libtiff has a decoder for it.
int cvips_tiff_knows(int compression);
VipsImage *cvips_load_svg(const void *bytes, size_t count, double scale);
// Copies the pixels: 8 bits, interleaved.
VipsImage *cvips_from_pixels(const void *bytes, size_t count, int width, int height, int bands);
VipsImage *cvips_from_doubles(const double *values, int width, int height);
VipsImage *cvips_uniform(int width, int height, const double *color, int bands);

// Geometry
VipsImage *cvips_extract_area(VipsImage *in, int x, int y, int width, int height);
VipsImage *cvips_flip(VipsImage *in, VipsDirection direction);
VipsImage *cvips_rotate(VipsImage *in, VipsAngle angle);
// To exactly this size, bicubic, a premultiplied picture.
VipsImage *cvips_enlarge(VipsImage *in, int width, int height);
// Clockwise about the centre into a canvas of this size, bicubic, a premultiplied picture; what lies around is 0.
VipsImage *cvips_turn(VipsImage *in, double cosine, double sine, int width, int height);
VipsImage *cvips_embed(VipsImage *in, int x, int y, int width, int height, const double *background, int bands);
VipsImage *cvips_embed_copying_edges(VipsImage *in, int x, int y, int width, int height);
VipsImage *cvips_smartcrop(VipsImage *in, int width, int height, VipsInteresting interesting);
VipsImage *cvips_replicate(VipsImage *in, int across, int down);
VipsImage *cvips_join_vertically(VipsImage **in, int count);
int cvips_find_trim(VipsImage *in, const double *background, int bands, double threshold, int box[4]);

// Bands and numbers
VipsImage *cvips_extract_bands(VipsImage *in, int first, int count);
VipsImage *cvips_add_alpha(VipsImage *in);
VipsImage *cvips_join_bands(VipsImage *colors, VipsImage *alpha);
VipsImage *cvips_cast(VipsImage *in, VipsBandFormat format);
VipsImage *cvips_linear(VipsImage *in, const double *factors, const double *addends, int bands);
VipsImage *cvips_multiply(VipsImage *left, VipsImage *right);
VipsImage *cvips_invert(VipsImage *in);
VipsImage *cvips_recombine(VipsImage *in, VipsImage *matrix);
VipsImage *cvips_round(VipsImage *in);
VipsImage *cvips_map(VipsImage *in, VipsImage *table);

// Colour
VipsImage *cvips_with_interpretation(VipsImage *in, VipsInterpretation interpretation);
VipsImage *cvips_to_srgb(VipsImage *in);
VipsImage *cvips_apply_profile(VipsImage *in);
// Whether a profile has what takes colours from it. Without, libvips would take another in its place.
int cvips_is_profile(const void *bytes, size_t count);
VipsImage *cvips_premultiply(VipsImage *in);
VipsImage *cvips_unpremultiply(VipsImage *in);
// With what alpha is where all is seen.
VipsImage *cvips_unpremultiply_of(VipsImage *in, double alpha);
VipsImage *cvips_flatten(VipsImage *in, const double background[3]);

// Sets metadata of one image in another, which nobody else has yet.
void cvips_copy_field(VipsImage *from, const char *name, VipsImage *to);

// Filters and blending
VipsImage *cvips_over(VipsImage *base, VipsImage *overlay);
VipsImage *cvips_insert(VipsImage *base, VipsImage *part, int x, int y);

// Images to bytes, which are freed with g_free.
int cvips_save_jpeg(VipsImage *in, void **bytes, size_t *count, int quality, gboolean strip);
int cvips_save_png(VipsImage *in, void **bytes, size_t *count, int compression, gboolean strip);
int cvips_save_palette_png(
  VipsImage *in, void **bytes, size_t *count, int compression, int quality, int effort, gboolean strip);
int cvips_save_webp(
  VipsImage *in, void **bytes, size_t *count, int quality, gboolean lossless, int effort, gboolean strip);
int cvips_save_avif(
  VipsImage *in, void **bytes, size_t *count, int quality, gboolean lossless, int effort,
  VipsForeignSubsample subsample, gboolean strip);
int cvips_save_gif(VipsImage *in, void **bytes, size_t *count, int effort, gboolean strip);

// Called again and again while an image or what was made of it is computed.
typedef void (*cvips_progress)(VipsImage *image, VipsProgress *progress, void *context);
void cvips_watch(VipsImage *image, cvips_progress called, void *context);

#endif
