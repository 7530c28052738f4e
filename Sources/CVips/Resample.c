// Written here, although libvips has it, because in libvips this is most of what an output costs beside its codecs: its vector
// code cannot be used with more than one thread (liborc), and without it this takes a fifth of its time and less, from one
// rounding instead of four. The method is that of any separable resampling, e.g. Pillow's.
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

typedef struct Resampling {
  VipsImage *in;
  int width, height;
  // Numbers that a pixel is while it is resampled; the last is its alpha, if it has one.
  int bands;
  gboolean has_alpha;
  // How a row of the input becomes numbers, and what they have come to a row of the output.
  void (*load)(struct Resampling *resampling, const void *pixels, float *row);
  void (*store)(const struct Resampling *resampling, int y, const float *sums, void *pixels);
  // The maximum value of an output sample, and what an input sample is multiplied with.
  float maximum, scale;
  Axis x, y;
  // Rows are made one after another, possibly by several threads.
  GMutex lock;
  int next_input_row, next_output_row;
  // One row of the original with colours times alpha, and the sums of as many output rows as are being made.
  float *row;
  float *sums;
  size_t row_length;
  // The last rows of the input, as many as output rows are being made, where the output is made of them too.
  guint8 *originals;
} Resampling;

static double sinc(double x) { return x == 0 ? 1 : sin(G_PI * x) / (G_PI * x); }

static double lanczos3(double x) { return fabs(x) < 3 ? sinc(x) * sinc(x / 3) : 0; }

static double gaussian(double x) { return exp(-x * x / 2); }

static double triangle(double x) { return MAX(0, 1 - fabs(x)); }

// How the pixels of an axis are made. The centre of the first lies at `origin` of the input, those of the next at `step` each from
// the one before, and a pixel of the input counts as `kernel` says of its distance in `unit`s, less than `reach` of these.
typedef struct {
  int from, to;
  double origin, step, unit, reach;
  double (*kernel)(double);
  // Beyond its ends the input goes on as its last pixels, instead of counting nothing.
  gboolean continues;
} Sampling;

static gboolean make_axis(Axis *axis, Sampling sampling) {
  double reach = sampling.reach * sampling.unit;
  size_t longest = MIN((size_t)ceil(2 * reach) + 2, (size_t)sampling.from);
  double *exact = g_try_new(double, longest);
  axis->windows = g_try_new(Window, sampling.to);
  axis->weights = g_try_new(float, longest * sampling.to);
  axis->overlap = 1;
  if (exact && axis->windows && axis->weights)
    for (int i = 0, oldest = 0; i < sampling.to; i++) {
      double centre = sampling.origin + i * sampling.step;
      int start = (int)floor(centre - reach), end = (int)ceil(centre + reach), last = sampling.from - 1;
      int first = CLAMP(start, 0, last), count = CLAMP(end - 1, first, last) - first + 1;
      double sum = 0;
      memset(exact, 0, count * sizeof *exact);
      for (int j = start; j < end; j++) {
        if (!sampling.continues && (j < 0 || j > last)) continue;
        double weight = sampling.kernel((j + 0.5 - centre) / sampling.unit);
        exact[CLAMP(j, first, last) - first] += weight;
        sum += weight;
      }
      float *weights = axis->weights + longest * i;
      for (int j = 0; j < count; j++) weights[j] = (float)(exact[j] / sum);
      axis->windows[i] = (Window){first, count, weights};
      while (axis->windows[oldest].first + axis->windows[oldest].count <= first) oldest++;
      axis->overlap = MAX(axis->overlap, i - oldest + 1);
    }
  g_free(exact);
  return exact && axis->windows && axis->weights;
}

// Colours times alpha.
#define LOAD(name, type)                                                                   \
  WIDE static void name(Resampling *resampling, const void *bytes, float *row) {            \
    const type *pixels = bytes;                                                            \
    int width = resampling->in->Xsize, bands = resampling->bands;                          \
    if (!resampling->has_alpha) {                                                          \
      for (int i = 0; i < width * bands; i++) row[i] = pixels[i];                          \
      return;                                                                              \
    }                                                                                      \
    for (int x = 0; x < width; x++, pixels += bands, row += bands) {                       \
      float visible = pixels[bands - 1];                                                   \
      for (int b = 0; b < bands - 1; b++) row[b] = pixels[b] * visible;                    \
      row[bands - 1] = visible;                                                            \
    }                                                                                      \
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

static inline Pixel pixel_at(const Resampling *resampling, const float *sums, int x, int bands) {
  Window window = resampling->x.windows[x];
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
  if (resampling->has_alpha) {
    float visible = pixel[bands - 1];
    pixel = visible > 0 ? pixel / visible : (Pixel){0, 0, 0, 0};
    pixel[bands - 1] = visible;
  }
  return pixel * resampling->scale;
}

// To the nearest: the conversion cuts off.
#define STORE(name, type)                                                                                  \
  static void name(const Resampling *resampling, int y, const float *sums, void *bytes) {                  \
    type *out = bytes;                                                                                     \
    int bands = resampling->bands;                                                                         \
    for (int x = 0; x < resampling->width; x++, out += bands) {                                            \
      Pixel pixel = pixel_at(resampling, sums, x, bands);                                                  \
      for (int b = 0; b < bands; b++) {                                                                    \
        float value = pixel[b] + 0.5f;                                                                     \
        out[b] = value < 0 ? 0 : value > resampling->maximum ? (type)resampling->maximum : (type)value;     \
      }                                                                                                    \
    }                                                                                                      \
  }
STORE(store_8, guint8)
STORE(store_16, guint16)

static float *sums_of(const Resampling *resampling, int output_row) {
  return resampling->sums + resampling->row_length * (output_row % resampling->y.overlap);
}

// Adds the next row of the original to all output rows that it has a part in.
static void add_row(Resampling *resampling, const void *pixels) {
  int row = resampling->next_input_row++;
  resampling->load(resampling, pixels, resampling->row);
  for (int y = resampling->next_output_row; y < resampling->height; y++) {
    Window window = resampling->y.windows[y];
    if (row < window.first) break;
    (row == window.first ? begin : add)(
      sums_of(resampling, y), resampling->row, (size_t)resampling->in->Xsize * resampling->bands,
      window.weights[row - window.first]);
  }
}

// As many rows of the original as the next output row still lacks.
static int read_rows(Resampling *resampling, VipsRegion *region) {
  Window window = resampling->y.windows[resampling->next_output_row];
  while (resampling->next_input_row < window.first + window.count) {
    int top = resampling->next_input_row;
    VipsRect strip = {0, top, resampling->in->Xsize, MIN(16, window.first + window.count - top)};
    if (vips_region_prepare(region, &strip)) return -1;
    for (int y = top; y < top + strip.height; y++) add_row(resampling, VIPS_REGION_ADDR(region, 0, y));
  }
  return 0;
}

static int make_rows(VipsRegion *out, void *region, void *in, void *context, gboolean *stop) {
  Resampling *resampling = context;
  VipsRect *wanted = &out->valid;
  int result = 0;
  g_mutex_lock(&resampling->lock);
  if (wanted->top < resampling->next_output_row || wanted->width != resampling->width) {
    vips_error("resample", "rows are made once, from the top");
    result = -1;
  }
  while (!result && resampling->next_output_row < VIPS_RECT_BOTTOM(wanted)) {
    int y = resampling->next_output_row;
    result = read_rows(resampling, region);
    if (result) break;
    if (y >= wanted->top) resampling->store(resampling, y, sums_of(resampling, y), VIPS_REGION_ADDR(out, 0, y));
    resampling->next_output_row++;
  }
  g_mutex_unlock(&resampling->lock);
  return result;
}

static void end_resampling(void *context) {
  Resampling *resampling = context;
  g_object_unref(resampling->in);
  g_free(resampling->x.windows);
  g_free(resampling->x.weights);
  g_free(resampling->y.windows);
  g_free(resampling->y.weights);
  g_free(resampling->row);
  g_free(resampling->sums);
  g_free(resampling->originals);
  g_mutex_clear(&resampling->lock);
  g_free(resampling);
}

// Rec. 601, as JPEG has it: of the lightness as it is stored.
static float luma(const guint8 *pixel) { return 0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2]; }

static guint8 *original_row(const Resampling *resampling, int y) {
  return resampling->originals + VIPS_IMAGE_SIZEOF_LINE(resampling->in) * (y % resampling->y.overlap);
}

static void load_luma(Resampling *resampling, const void *bytes, float *row) {
  const guint8 *pixels = bytes;
  int bands = resampling->in->Bands;
  memcpy(original_row(resampling, resampling->next_input_row - 1), bytes, VIPS_IMAGE_SIZEOF_LINE(resampling->in));
  for (int x = 0; x < resampling->in->Xsize; x++, pixels += bands) {
    if (resampling->has_alpha) {
      row[2 * x] = luma(pixels) * pixels[3];
      row[2 * x + 1] = pixels[3];
    } else
      row[x] = luma(pixels);
  }
}

// How much lighter, from how much lighter than its surroundings: nothing for the unevenness of a surface, and not so much that
// haloes show, dark ones less than light ones.
static float sharpening(float difference) {
  const float least = 5, factor = 3, lightest = 25, darkest = -50;
  if (difference < 0) return MAX(darkest, factor * MIN(0, difference + least));
  return MIN(lightest, factor * MAX(0, difference - least));
}

static void store_sharpened(const Resampling *resampling, int y, const float *sums, void *bytes) {
  const guint8 *in = original_row(resampling, y);
  guint8 *out = bytes;
  int bands = resampling->in->Bands;
  for (int x = 0; x < resampling->width; x++, in += bands, out += bands) {
    float more = sharpening(luma(in) - pixel_at(resampling, sums, x, resampling->bands)[0]);
    for (int b = 0; b < 3; b++) out[b] = (guint8)CLAMP(in[b] + more + 0.5f, 0, 255);
    if (resampling->has_alpha) out[3] = in[3];
  }
}

static float maximum_of(const VipsImage *image) { return image->BandFmt == VIPS_FORMAT_UCHAR ? 255 : 65535; }

// Its life is that of `out`.
static Resampling *begin_resampling(VipsImage *in, VipsImage *out, Sampling x, Sampling y, gboolean sharpens) {
  Resampling *resampling = g_new0(Resampling, 1);
  g_mutex_init(&resampling->lock);
  resampling->in = g_object_ref(in);
  g_object_set_data_full(G_OBJECT(out), "resampling", resampling, end_resampling);
  resampling->width = out->Xsize;
  resampling->height = out->Ysize;
  resampling->has_alpha = vips_image_hasalpha(in);
  resampling->bands = !sharpens ? in->Bands : resampling->has_alpha ? 2 : 1;
  resampling->load = sharpens ? load_luma : in->BandFmt == VIPS_FORMAT_UCHAR ? load_8 : load_16;
  resampling->store = sharpens ? store_sharpened : out->BandFmt == VIPS_FORMAT_UCHAR ? store_8 : store_16;
  resampling->maximum = maximum_of(out);
  resampling->scale = maximum_of(out) / maximum_of(in);
  // A pixel is read four bands wide, whatever it has.
  resampling->row_length = (size_t)in->Xsize * resampling->bands + 4;
  if (!make_axis(&resampling->x, x) || !make_axis(&resampling->y, y)) return NULL;
  resampling->row = g_try_new(float, resampling->row_length);
  resampling->sums = g_try_new0(float, resampling->row_length * resampling->y.overlap);
  if (!resampling->row || !resampling->sums) return NULL;
  if (!sharpens) return resampling;
  // Enough from the row that is made to the last that it is made of.
  resampling->originals = g_try_malloc(VIPS_IMAGE_SIZEOF_LINE(in) * resampling->y.overlap);
  return resampling->originals ? resampling : NULL;
}

static VipsImage *resample(VipsImage *in, VipsBandFormat format, Sampling x, Sampling y, gboolean sharpens) {
  if ((in->BandFmt != VIPS_FORMAT_UCHAR && in->BandFmt != VIPS_FORMAT_USHORT) || in->Coding != VIPS_CODING_NONE ||
      in->Bands < 1 || in->Bands > 4)
    return NULL;
  VipsImage *rows = vips_image_new(), *out = NULL;
  // The smallest tiles, of a whole row each: only so are they asked for from the top.
  if (!vips_image_pipelinev(rows, VIPS_DEMAND_STYLE_THINSTRIP, in, NULL)) {
    rows->Xsize = x.to;
    rows->Ysize = y.to;
    rows->BandFmt = format;
    Resampling *resampling = begin_resampling(in, rows, x, y, sharpens);
    if (resampling && !vips_image_generate(rows, vips_start_one, make_rows, vips_stop_one, in, resampling))
      vips_sequential(rows, &out, "tile_height", 16, NULL);
  }
  g_object_unref(rows);
  return out;
}

static Sampling reducing(int from, int to) {
  double scale = (double)from / to;
  // Without a reduction each is its own only one: the others would count nothing.
  if (from == to) return (Sampling){from, to, 0.5, 1, 1, 0.5, triangle};
  return (Sampling){from, to, scale / 2, scale, scale, 3, lanczos3};
}

VipsImage *cvips_reduce(VipsImage *in, int width, int height) {
  if (width < 1 || height < 1 || width > in->Xsize || height > in->Ysize) return NULL;
  return resample(in, in->BandFmt, reducing(in->Xsize, width), reducing(in->Ysize, height), FALSE);
}

// Standard deviations, beyond which a Gaussian is left out: a two thousandth of it.
static const double gaussian_reach = 3.5;

static Sampling blurring(int length, double sigma) {
  return (Sampling){length, length, 0.5, 1, sigma, gaussian_reach, gaussian, TRUE};
}

// Into cells, one more at each end, so that the ends lie between two.
static Sampling to_cells(int length, int cell, double sigma) {
  return (Sampling){length, (length + cell - 1) / cell + 2, -0.5 * cell, cell, sigma, gaussian_reach, gaussian, TRUE};
}

static Sampling from_cells(int length, int cell) {
  double step = 1.0 / cell;
  return (Sampling){(length + cell - 1) / cell + 2, length, 1 + step / 2, step, 1, 1, triangle};
}

VipsImage *cvips_blur(VipsImage *in, double sigma) {
  if (!(sigma > 0 && sigma <= 1000)) return NULL;
  int cell = (int)(sigma / 3);
  if (cell < 2) return resample(in, in->BandFmt, blurring(in->Xsize, sigma), blurring(in->Ysize, sigma), FALSE);
  // The straight pieces between cells are a convolution too, and variances add up.
  double rest = sqrt(sigma * sigma - cell * cell / 6.0);
  VipsImage *cells = resample(
    in, VIPS_FORMAT_USHORT, to_cells(in->Xsize, cell, rest), to_cells(in->Ysize, cell, rest), FALSE);
  if (!cells) return NULL;
  VipsImage *out = resample(cells, in->BandFmt, from_cells(in->Xsize, cell), from_cells(in->Ysize, cell), FALSE);
  g_object_unref(cells);
  return out;
}

VipsImage *cvips_sharpen(VipsImage *in, double sigma) {
  if (!(sigma > 0 && sigma <= 100) || in->BandFmt != VIPS_FORMAT_UCHAR || in->Bands != (vips_image_hasalpha(in) ? 4 : 3))
    return NULL;
  return resample(in, in->BandFmt, blurring(in->Xsize, sigma), blurring(in->Ysize, sigma), TRUE);
}
