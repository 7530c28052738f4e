#ifndef CAVIF_H
#define CAVIF_H

// The frames of an AVIF image sequence, by libavif: libheif, which libvips reads AVIF with, decodes stills only before 1.20. And stills, for the
// process that draws SVG, which does without libvips.
//
// The library is opened when it is needed and not linked: its name differs between releases of Debian, and a program that was built for
// one starts on the other, without it.

#include <stddef.h>
#include <stdint.h>

typedef struct CAVIFReader CAVIFReader;

// Whether the library that this was built for is here.
int cavif_is_available(void);

// NULL where there is no sequence that can be read within these bounds. The bytes must stay where they are as long as the reader.
CAVIFReader *cavif_open(const void *bytes, size_t count, uint32_t maximum_pixels, uint32_t maximum_frames);
// The same of the still that the file shows where nothing moves, as a sequence of one.
CAVIFReader *cavif_open_still(const void *bytes, size_t count, uint32_t maximum_pixels);
void cavif_close(CAVIFReader *reader);
uint32_t cavif_width(const CAVIFReader *reader);
uint32_t cavif_height(const CAVIFReader *reader);
int cavif_has_alpha(const CAVIFReader *reader);

// Decodes the next frame into width × height × 4 bytes, RGBA, not premultiplied. Gives 0 on success.
int cavif_next(CAVIFReader *reader, uint8_t *pixels);

// The duration in seconds, the colour profile and the rest of what the last decoded frame says.
double cavif_seconds(const CAVIFReader *reader);
const uint8_t *cavif_profile(const CAVIFReader *reader, size_t *count);

#endif
