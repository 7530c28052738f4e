#ifndef CVIPS_COLOR_H
#define CVIPS_COLOR_H

#include <vips/vips.h>

// The way of colours from code values to 8-bit sRGB. All of it is copied.
typedef struct {
  // Light for each code value: 256 of them for a picture of 8 bits, 65536 for one of 16.
  const float *decode;
  // The weights of luminance in the light of the picture's primaries, and a table of what light is multiplied with: for a luminance
  // of 0 to 1, by its square root, `CVIPS_CURVE` steps and one more. NULL: with nothing.
  float luminance[3];
  const float *system;
  // From the picture's primaries to those of sRGB, row by row.
  float matrix[9];
  // A table like `system` of what light is multiplied with, for its brightest channel from 0 to `peak`. NULL: light beyond 1 is cut off.
  const float *shoulder;
  float peak;
  // Code values of sRGB for light from 0 to 1, 65536 of them.
  const guint8 *encode;
} CvipsColor;

enum { CVIPS_CURVE = 4096 };

// The picture, of 8 or 16 bits and one or three colours with or without alpha, in 8 bits; its interpretation is sRGB or grey. NULL for
// anything else. The same bytes come out of every machine.
VipsImage *cvips_convert_color(VipsImage *in, const CvipsColor *color);

#endif
