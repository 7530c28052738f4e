#ifndef CVIPS_RESAMPLE_H
#define CVIPS_RESAMPLE_H

#include <vips/vips.h>

// For pictures of one to four bands of 8 or 16 bits; where the last is alpha, colours count as much as they can be seen. NULL for
// anything else. The rows of a result must be asked for from the top, which needs no more of the picture than a strip at a time.
// The same bytes come out of every machine.

// The picture at exactly this size, no larger than its own on either axis, by Lanczos' kernel with three lobes.
VipsImage *cvips_reduce(VipsImage *in, int width, int height);

// The picture convolved with a Gaussian; beyond its edges it goes on in their colours. `sigma` is the standard deviation in pixels,
// above 0 and up to 1000. A wide one is taken over cells of up to a third of it, between which the result goes on straight: it is
// nearer to the Gaussian than can be seen, and costs as much as a narrow one.
VipsImage *cvips_blur(VipsImage *in, double sigma);

// The picture, of 8 bits and three colours, with what is lighter or darker than a Gaussian of it (`sigma`: the standard deviation in
// pixels, above 0 and up to 100) made more so: an unsharp mask on lightness, which leaves hue and alpha.
VipsImage *cvips_sharpen(VipsImage *in, double sigma);

#endif
