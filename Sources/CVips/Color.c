// Written here, because libvips 8.14 knows no colour but that of ICC profiles, its own spaces have one curve and one set of primaries each,
// and of light beyond white it keeps nothing.
#include "CVips.h"

#include <math.h>

// Otherwise a product and a sum may be rounded once or twice, as the processor can.
#pragma STDC FP_CONTRACT OFF

typedef struct {
  CvipsColor color;
  float *decode, *system, *shoulder;
  guint8 *encode;
  int colors;
  gboolean has_alpha, is_deep;
  // Nothing else holds it as long as the result.
  VipsImage *in;
} Conversion;

static float curve(const float *table, float value) {
  float place = sqrtf(value) * CVIPS_CURVE;
  int index = MIN((int)place, CVIPS_CURVE - 1);
  return table[index] + (table[index + 1] - table[index]) * (place - index);
}

static guint8 encoded(const Conversion *conversion, float light) {
  // Not a number is dark.
  if (!(light > 0)) return conversion->encode[0];
  return conversion->encode[light < 1 ? (int)(light * 65535 + 0.5f) : 65535];
}

static float rolled_off(const Conversion *conversion, float brightest) {
  float peak = conversion->color.peak;
  if (!(brightest > 0)) return 1;
  return brightest < peak ? curve(conversion->shoulder, brightest / peak) : 1 / brightest;
}

static void convert_grey(const Conversion *conversion, float light, guint8 *out) {
  if (conversion->system) light *= curve(conversion->system, CLAMP(light, 0, 1));
  if (conversion->shoulder) light *= rolled_off(conversion, light);
  out[0] = encoded(conversion, light);
}

static void convert_colors(const Conversion *conversion, const float light[3], guint8 *out) {
  const float *matrix = conversion->color.matrix, *weights = conversion->color.luminance;
  float factor = 1;
  if (conversion->system)
    factor = curve(
      conversion->system, CLAMP(weights[0] * light[0] + weights[1] * light[1] + weights[2] * light[2], 0, 1));
  float red = factor * (matrix[0] * light[0] + matrix[1] * light[1] + matrix[2] * light[2]);
  float green = factor * (matrix[3] * light[0] + matrix[4] * light[1] + matrix[5] * light[2]);
  float blue = factor * (matrix[6] * light[0] + matrix[7] * light[1] + matrix[8] * light[2]);
  if (conversion->shoulder) {
    float scale = rolled_off(conversion, MAX(red, MAX(green, blue)));
    red *= scale;
    green *= scale;
    blue *= scale;
  }
  out[0] = encoded(conversion, red);
  out[1] = encoded(conversion, green);
  out[2] = encoded(conversion, blue);
}

#define CONVERT(name, type, alpha)                                                                    \
  static void name(const Conversion *conversion, const void *bytes, guint8 *out, int width) {         \
    const type *in = bytes;                                                                           \
    int colors = conversion->colors, bands = colors + (conversion->has_alpha ? 1 : 0);                 \
    for (int x = 0; x < width; x++, in += bands, out += bands) {                                      \
      if (colors == 1)                                                                                \
        convert_grey(conversion, conversion->decode[in[0]], out);                                     \
      else {                                                                                          \
        float light[3] = {conversion->decode[in[0]], conversion->decode[in[1]], conversion->decode[in[2]]}; \
        convert_colors(conversion, light, out);                                                       \
      }                                                                                               \
      if (conversion->has_alpha) out[colors] = (guint8)(alpha);                                       \
    }                                                                                                 \
  }
CONVERT(convert_8, guint8, in[colors])
CONVERT(convert_16, guint16, (in[colors] + 128) / 257)

static int make_pixels(VipsRegion *out, void *region, void *in, void *context, gboolean *stop) {
  const Conversion *conversion = context;
  VipsRect *wanted = &out->valid;
  if (vips_region_prepare(region, wanted)) return -1;
  for (int y = wanted->top; y < VIPS_RECT_BOTTOM(wanted); y++)
    (conversion->is_deep ? convert_16 : convert_8)(
      conversion, VIPS_REGION_ADDR((VipsRegion *)region, wanted->left, y), VIPS_REGION_ADDR(out, wanted->left, y),
      wanted->width);
  return 0;
}

static void end_conversion(void *context) {
  Conversion *conversion = context;
  g_free(conversion->decode);
  g_free(conversion->system);
  g_free(conversion->shoulder);
  g_free(conversion->encode);
  g_object_unref(conversion->in);
  g_free(conversion);
}

static void *copied(const void *table, size_t size) { return table ? g_memdup2(table, size) : NULL; }

VipsImage *cvips_convert_color(VipsImage *in, const CvipsColor *color) {
  gboolean is_deep = in->BandFmt == VIPS_FORMAT_USHORT;
  if ((in->BandFmt != VIPS_FORMAT_UCHAR && !is_deep) || in->Coding != VIPS_CODING_NONE || in->Bands < 1 || in->Bands > 4)
    return NULL;
  VipsImage *out = vips_image_new();
  Conversion *conversion = g_new0(Conversion, 1);
  g_object_set_data_full(G_OBJECT(out), "conversion", conversion, end_conversion);
  size_t curve_size = (CVIPS_CURVE + 1) * sizeof(float);
  conversion->in = g_object_ref(in);
  conversion->color = *color;
  conversion->decode = copied(color->decode, (is_deep ? 65536 : 256) * sizeof(float));
  conversion->system = copied(color->system, curve_size);
  conversion->shoulder = copied(color->shoulder, curve_size);
  conversion->encode = copied(color->encode, 65536);
  conversion->colors = in->Bands < 3 ? 1 : 3;
  conversion->has_alpha = in->Bands % 2 == 0;
  conversion->is_deep = is_deep;
  if (!vips_image_pipelinev(out, VIPS_DEMAND_STYLE_THINSTRIP, in, NULL)) {
    out->BandFmt = VIPS_FORMAT_UCHAR;
    out->Type = conversion->colors == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    if (!vips_image_generate(out, vips_start_one, make_pixels, vips_stop_one, in, conversion)) return out;
  }
  g_object_unref(out);
  return NULL;
}
