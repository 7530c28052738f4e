#ifndef CVIPS_REDUCE_H
#define CVIPS_REDUCE_H

#include <vips/vips.h>

// The picture at exactly this size, no larger than its own on either axis, by Lanczos' kernel with three lobes. For one to four
// bands of 8 or 16 bits; where the last is alpha, colours count as much as they can be seen. NULL for anything else.
//
// The rows of the result must be asked for from the top, which needs no more of the original than a strip at a time. The same
// bytes come out of every machine.
VipsImage *cvips_reduce(VipsImage *in, int width, int height);

#endif
