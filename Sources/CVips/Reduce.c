// Written here, although libvips has it, because in libvips this is most of what an output costs beside its codecs: its vector
// code cannot be used with more than one thread (liborc), and without it this takes a fifth of its time, from one rounding
// instead of four. The method is that of any separable resampling, e.g. Pillow's.
#include "CVips.h"

#include <math.h>

// Otherwise a product and a sum may be rounded once or twice, as the processor can.
#pragma STDC FP_CONTRACT OFF

// The loops over a row are compiled for wider registers too, and the best is taken when the program starts.
#if defined(__x86_64__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

// One pixel with all its bands, or the beginning of the next ones, which nobody looks at.
typedef float Pixel __attribute__((vector_size(16)));

// What one output pixel is made of, on one axis: `count` neighbours from `first` on.
typedef struct {
  int first, count;
  const float *weights;
} Window;

// All windows of an axis. Both ends of a window only grow from each to the next.
typedef struct {
  Window *windows;
  float *weights;
  // As many windows as can hold one pixel of the original, at most.
  int overlap;
} Axis;

typedef struct {
  VipsImage *in;
  int width, height;
  gboolean has_alpha;
  float maximum;
  Axis x, y;
  // Rows are made one after another, possibly by several threads.
  GMutex lock;
  int next_input_row, next_output_row;
  // One row of the original with colours times alpha, and the sums of as many output rows as are being made.
  float *row;
  float *sums;
  size_t row_length;
} Reduction;

static double sinc(double x) { return x == 0 ? 1 : sin(G_PI * x) / (G_PI * x); }

static double lanczos3(double x) { return fabs(x) < 3 ? sinc(x) * sinc(x / 3) : 0; }

static gboolean make_axis(Axis *axis, int from, int to) {
  double scale = (double)from / to;
  double reach = 3 * scale;
  size_t longest = (size_t)ceil(2 * reach) + 2;
  axis->windows = g_try_new(Window, to);
  axis->weights = g_try_new(float, longest *to);
  if (!axis->windows || !axis->weights) return FALSE;
  axis->overlap = 1;
  for (int i = 0, oldest = 0; i < to; i++) {
    float *weights = axis->weights + longest * i;
    double centre = (i + 0.5) * scale;
    // Without a reduction each is its own only one: the others would count nothing.
    int first = from == to ? i : MAX(0, (int)floor(centre - reach));
    int end = from == to ? i + 1 : MIN(from, (int)ceil(centre + reach));
    double sum = 0;
    for (int j = first; j < end; j++) sum += lanczos3((j + 0.5 - centre) / scale);
    for (int j = first; j < end; j++) weights[j - first] = (float)(lanczos3((j + 0.5 - centre) / scale) / sum);
    axis->windows[i] = (Window){first, end - first, weights};
    while (axis->windows[oldest].first + axis->windows[oldest].count <= first) oldest++;
    axis->overlap = MAX(axis->overlap, i - oldest + 1);
  }
  return TRUE;
}

// Numbers of an original's row, colours times alpha.
#define LOAD(name, type)                                                                \
  WIDE static void name(const type *pixels, float *row, int width, int bands, int alpha) { \
    if (!alpha) {                                                                       \
      for (int i = 0; i < width * bands; i++) row[i] = pixels[i];                       \
      return;                                                                           \
    }                                                                                   \
    for (int x = 0; x < width; x++, pixels += bands, row += bands) {                    \
      float visible = pixels[bands - 1];                                                \
      for (int b = 0; b < bands - 1; b++) row[b] = pixels[b] * visible;                 \
      row[bands - 1] = visible;                                                         \
    }                                                                                   \
  }
LOAD(load_8, guint8)
LOAD(load_16, guint16)

WIDE static void begin(float *restrict sums, const float *restrict row, size_t count, float weight) {
  for (size_t i = 0; i < count; i++) sums[i] = weight * row[i];
}

WIDE static void add(float *restrict sums, const float *restrict row, size_t count, float weight) {
  for (size_t i = 0; i < count; i++) sums[i] += weight * row[i];
}

static inline Pixel neighbour(const float *place) {
  Pixel pixel;
  memcpy(&pixel, place, sizeof pixel);
  return pixel;
}

static inline Pixel pixel_at(const Reduction *reduction, const float *sums, int x, int bands) {
  Window window = reduction->x.windows[x];
  const float *place = sums + (size_t)window.first * bands;
  // Two sums, so that one addition need not wait for the one before.
  Pixel pixel = {0, 0, 0, 0}, odd = {0, 0, 0, 0};
  int i = 0;
  for (; i + 1 < window.count; i += 2, place += 2 * bands) {
    pixel += window.weights[i] * neighbour(place);
    odd += window.weights[i + 1] * neighbour(place + bands);
  }
  if (i < window.count) pixel += window.weights[i] * neighbour(place);
  pixel += odd;
  if (reduction->has_alpha) {
    float visible = pixel[bands - 1];
    pixel = visible > 0 ? pixel / visible : (Pixel){0, 0, 0, 0};
    pixel[bands - 1] = visible;
  }
  return pixel;
}

// To the nearest: the conversion cuts off.
#define STORE(name, type)                                                                            \
  static void name(const Reduction *reduction, const float *sums, type *out, int width, int bands) { \
    for (int x = 0; x < width; x++, out += bands) {                                                  \
      Pixel pixel = pixel_at(reduction, sums, x, bands);                                             \
      for (int b = 0; b < bands; b++) {                                                              \
        float value = pixel[b] + 0.5f;                                                               \
        out[b] = value < 0 ? 0 : value > reduction->maximum ? (type)reduction->maximum : (type)value; \
      }                                                                                              \
    }                                                                                                \
  }
STORE(store_8, guint8)
STORE(store_16, guint16)

static float *sums_of(const Reduction *reduction, int output_row) {
  return reduction->sums + reduction->row_length * (output_row % reduction->y.overlap);
}

// Adds the next row of the original to all output rows that it has a part in.
static void add_row(Reduction *reduction, const void *pixels) {
  VipsImage *in = reduction->in;
  int row = reduction->next_input_row++;
  if (in->BandFmt == VIPS_FORMAT_UCHAR)
    load_8(pixels, reduction->row, in->Xsize, in->Bands, reduction->has_alpha);
  else
    load_16(pixels, reduction->row, in->Xsize, in->Bands, reduction->has_alpha);
  for (int y = reduction->next_output_row; y < reduction->height; y++) {
    Window window = reduction->y.windows[y];
    if (row < window.first) break;
    (row == window.first ? begin : add)(
      sums_of(reduction, y), reduction->row, (size_t)in->Xsize * in->Bands, window.weights[row - window.first]);
  }
}

// As many rows of the original as the next output row still lacks.
static int read_rows(Reduction *reduction, VipsRegion *region) {
  Window window = reduction->y.windows[reduction->next_output_row];
  while (reduction->next_input_row < window.first + window.count) {
    int top = reduction->next_input_row;
    VipsRect strip = {0, top, reduction->in->Xsize, MIN(16, window.first + window.count - top)};
    if (vips_region_prepare(region, &strip)) return -1;
    for (int y = top; y < top + strip.height; y++) add_row(reduction, VIPS_REGION_ADDR(region, 0, y));
  }
  return 0;
}

static int make_rows(VipsRegion *out, void *region, void *in, void *context, gboolean *stop) {
  Reduction *reduction = context;
  VipsRect *wanted = &out->valid;
  int result = 0;
  g_mutex_lock(&reduction->lock);
  if (wanted->top < reduction->next_output_row || wanted->width != reduction->width) {
    vips_error("reduce", "rows are made once, from the top");
    result = -1;
  }
  while (!result && reduction->next_output_row < VIPS_RECT_BOTTOM(wanted)) {
    int y = reduction->next_output_row;
    result = read_rows(reduction, region);
    if (result) break;
    if (y >= wanted->top) {
      VipsPel *pixels = VIPS_REGION_ADDR(out, 0, y);
      if (out->im->BandFmt == VIPS_FORMAT_UCHAR)
        store_8(reduction, sums_of(reduction, y), pixels, reduction->width, out->im->Bands);
      else
        store_16(reduction, sums_of(reduction, y), (guint16 *)pixels, reduction->width, out->im->Bands);
    }
    reduction->next_output_row++;
  }
  g_mutex_unlock(&reduction->lock);
  return result;
}

static void end_reduction(void *context) {
  Reduction *reduction = context;
  g_object_unref(reduction->in);
  g_free(reduction->x.windows);
  g_free(reduction->x.weights);
  g_free(reduction->y.windows);
  g_free(reduction->y.weights);
  g_free(reduction->row);
  g_free(reduction->sums);
  g_mutex_clear(&reduction->lock);
  g_free(reduction);
}

// Its life is that of `out`.
static Reduction *begin_reduction(VipsImage *in, VipsImage *out) {
  Reduction *reduction = g_new0(Reduction, 1);
  g_mutex_init(&reduction->lock);
  reduction->in = g_object_ref(in);
  g_object_set_data_full(G_OBJECT(out), "reduction", reduction, end_reduction);
  reduction->width = out->Xsize;
  reduction->height = out->Ysize;
  reduction->has_alpha = vips_image_hasalpha(in);
  reduction->maximum = in->BandFmt == VIPS_FORMAT_UCHAR ? 255 : 65535;
  // A pixel is read four bands wide, whatever it has.
  reduction->row_length = (size_t)in->Xsize * in->Bands + 4;
  if (!make_axis(&reduction->x, in->Xsize, out->Xsize) || !make_axis(&reduction->y, in->Ysize, out->Ysize)) return NULL;
  reduction->row = g_try_new(float, reduction->row_length);
  reduction->sums = g_try_new0(float, reduction->row_length * reduction->y.overlap);
  return reduction->row && reduction->sums ? reduction : NULL;
}

VipsImage *cvips_reduce(VipsImage *in, int width, int height) {
  if ((in->BandFmt != VIPS_FORMAT_UCHAR && in->BandFmt != VIPS_FORMAT_USHORT) || in->Coding != VIPS_CODING_NONE ||
      in->Bands < 1 || in->Bands > 4 || width < 1 || height < 1 || width > in->Xsize || height > in->Ysize)
    return NULL;
  VipsImage *rows = vips_image_new(), *out = NULL;
  // The smallest tiles, of a whole row each: only so are they asked for from the top.
  if (!vips_image_pipelinev(rows, VIPS_DEMAND_STYLE_THINSTRIP, in, NULL)) {
    rows->Xsize = width;
    rows->Ysize = height;
    Reduction *reduction = begin_reduction(in, rows);
    if (reduction && !vips_image_generate(rows, vips_start_one, make_rows, vips_stop_one, in, reduction))
      vips_sequential(rows, &out, "tile_height", 16, NULL);
  }
  g_object_unref(rows);
  return out;
}
