#ifndef CDRAWING_H
#define CDRAWING_H

// librsvg, gdk-pixbuf and libwebp as the drawing worker uses them. Their types, which stand on GLib's, stay behind this header.

#include <stddef.h>
#include <stdint.h>

/// Loads gdk-pixbuf's modules, as the first picture would.
void cdrawing_prepare(void);

/// Ends the threads that libraries have started for drawings. 0 when this one alone is left.
int cdrawing_end_threads(void);

typedef struct cdrawing_svg cdrawing_svg;

/// NULL for what is no SVG. References to files and networks are refused, as there is no base address.
cdrawing_svg *cdrawing_svg_open(const void *bytes, size_t count);

void cdrawing_svg_close(cdrawing_svg *svg);

/// The box of all that is drawn inside a viewport of this size: x, y, width, height in user units. 0 on success.
int cdrawing_svg_extent(cdrawing_svg *svg, double width, double height, double box[4]);

/// Draws the document, laid out in a viewport of `width` × `height` user units, to a raster of `columns` × `rows` pixels: RGBA, not
/// premultiplied, and zero before the call. 0 on success.
int cdrawing_svg_draw(cdrawing_svg *svg, double width, double height, int columns, int rows, uint8_t *rgba);

/// Decodes a file by the module of gdk-pixbuf with this name: "bmp" or "ico". RGBA of `columns` × `rows`, to be given to `free`; NULL where
/// it cannot be read, or would have more than `maximum` pixels.
uint8_t *cdrawing_decode(const char *module, const void *bytes, size_t count, size_t maximum, int *columns, int *rows);

/// The first frame of a WebP as a PNG, to be given to `free`; NULL where it cannot be read, or has more than `maximum` pixels.
uint8_t *cdrawing_png_of_webp(const void *bytes, size_t count, size_t maximum, size_t *length);

/// Pixels, RGBA, not premultiplied, as a PNG, to be given to `free`; NULL where there is no memory for it.
uint8_t *cdrawing_png_of_rgba(const uint8_t *pixels, int width, int height, size_t *length);

#endif
