#define _GNU_SOURCE
#include "CDrawing.h"

#include <dirent.h>
#include <dlfcn.h>
#include <librsvg/rsvg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <webp/decode.h>

struct cdrawing_svg {
  RsvgHandle *handle;
};

cdrawing_svg *cdrawing_svg_open(const void *bytes, size_t count) {
  RsvgHandle *handle = rsvg_handle_new_from_data(bytes, count, NULL);
  if (!handle) return NULL;
  // CSS Values 4, section 6.2: 1in is 96px.
  rsvg_handle_set_dpi(handle, 96);
  cdrawing_svg *svg = malloc(sizeof(cdrawing_svg));
  if (svg) svg->handle = handle;
  return svg;
}

void cdrawing_svg_close(cdrawing_svg *svg) {
  g_object_unref(svg->handle);
  free(svg);
}

int cdrawing_svg_extent(cdrawing_svg *svg, double width, double height, double box[4]) {
  RsvgRectangle viewport = {0, 0, width, height}, ink;
  if (!rsvg_handle_get_geometry_for_layer(svg->handle, NULL, &viewport, &ink, NULL, NULL)) return -1;
  box[0] = ink.x, box[1] = ink.y, box[2] = ink.width, box[3] = ink.height;
  return 0;
}

/// Cairo's pixels are premultiplied words of ARGB.
static void straighten(uint8_t *row, int columns) {
  for (int x = 0; x < columns; x++, row += 4) {
    uint32_t pixel;
    memcpy(&pixel, row, 4);
    uint32_t alpha = pixel >> 24, red = pixel >> 16 & 255, green = pixel >> 8 & 255, blue = pixel & 255;
    if (alpha != 0 && alpha != 255) {
      red = (red * 255 + alpha / 2) / alpha, green = (green * 255 + alpha / 2) / alpha;
      blue = (blue * 255 + alpha / 2) / alpha;
    }
    row[0] = red > 255 ? 255 : red, row[1] = green > 255 ? 255 : green, row[2] = blue > 255 ? 255 : blue, row[3] = alpha;
  }
}

int cdrawing_svg_draw(cdrawing_svg *svg, double width, double height, int columns, int rows, uint8_t *rgba) {
  cairo_surface_t *surface =
      cairo_image_surface_create_for_data(rgba, CAIRO_FORMAT_ARGB32, columns, rows, columns * 4);
  if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS) return -1;
  cairo_t *context = cairo_create(surface);
  cairo_scale(context, columns / width, rows / height);
  RsvgRectangle viewport = {0, 0, width, height};
  int succeeded = rsvg_handle_render_document(svg->handle, context, &viewport, NULL);
  succeeded = succeeded && cairo_status(context) == CAIRO_STATUS_SUCCESS;
  cairo_destroy(context);
  cairo_surface_flush(surface);
  cairo_surface_destroy(surface);
  if (!succeeded) return -1;
  for (int y = 0; y < rows; y++) straighten(rgba + (size_t)y * columns * 4, columns);
  return 0;
}

static void refuse_large(GdkPixbufLoader *loader, int width, int height, gpointer maximum) {
  // A width of zero makes a loader keep the size and give no pixels.
  if (width <= 0 || height <= 0 || (uint64_t)width * height > *(size_t *)maximum) gdk_pixbuf_loader_set_size(loader, 0, 0);
}

uint8_t *cdrawing_decode(const char *module, const void *bytes, size_t count, size_t maximum, int *columns, int *rows) {
  GdkPixbufLoader *loader = gdk_pixbuf_loader_new_with_type(module, NULL);
  if (!loader) return NULL;
  g_signal_connect(loader, "size-prepared", G_CALLBACK(refuse_large), &maximum);
  int is_whole = gdk_pixbuf_loader_write(loader, bytes, count, NULL);
  is_whole = gdk_pixbuf_loader_close(loader, NULL) && is_whole;
  GdkPixbuf *pixbuf = is_whole ? gdk_pixbuf_loader_get_pixbuf(loader) : NULL;
  uint8_t *rgba = NULL;
  if (pixbuf && gdk_pixbuf_get_bits_per_sample(pixbuf) == 8) {
    int width = gdk_pixbuf_get_width(pixbuf), height = gdk_pixbuf_get_height(pixbuf);
    int channels = gdk_pixbuf_get_n_channels(pixbuf), stride = gdk_pixbuf_get_rowstride(pixbuf);
    const uint8_t *from = gdk_pixbuf_read_pixels(pixbuf);
    rgba = (uint64_t)width * height <= maximum ? malloc((size_t)width * height * 4) : NULL;
    for (int y = 0; rgba && y < height; y++) {
      const uint8_t *in = from + (size_t)y * stride;
      uint8_t *out = rgba + (size_t)y * width * 4;
      for (int x = 0; x < width; x++, in += channels, out += 4) {
        memcpy(out, in, 3);
        out[3] = channels == 4 ? in[3] : 255;
      }
    }
    *columns = width, *rows = height;
  }
  g_object_unref(loader);
  return rgba;
}

uint8_t *cdrawing_png_of_webp(const void *bytes, size_t count, size_t maximum, size_t *length) {
  int width, height;
  if (!WebPGetInfo(bytes, count, &width, &height) || (uint64_t)width * height > maximum) return NULL;
  uint8_t *pixels = WebPDecodeRGBA(bytes, count, &width, &height);
  if (!pixels) return NULL;
  uint8_t *png = cdrawing_png_of_rgba(pixels, width, height, length);
  WebPFree(pixels);
  return png;
}

uint8_t *cdrawing_png_of_rgba(const uint8_t *pixels, int width, int height, size_t *length) {
  GdkPixbuf *pixbuf =
      gdk_pixbuf_new_from_data(pixels, GDK_COLORSPACE_RGB, TRUE, 8, width, height, width * 4, NULL, NULL);
  gchar *png = NULL;
  gsize size = 0;
  gdk_pixbuf_save_to_buffer(pixbuf, &png, &size, "png", NULL, "compression", "1", NULL);
  g_object_unref(pixbuf);
  *length = size;
  return (uint8_t *)png;
}

void cdrawing_prepare(void) {
  // What comes of these does not matter: the modules are loaded, or are missing, which the first picture will show.
  static const char *modules[] = {"bmp", "ico", "png", "jpeg"};
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    GdkPixbufLoader *loader = gdk_pixbuf_loader_new_with_type(modules[i], NULL);
    if (!loader) continue;
    gdk_pixbuf_loader_close(loader, NULL);
    g_object_unref(loader);
  }
}

static int has_one_thread(void) {
  DIR *tasks = opendir("/proc/self/task");
  if (!tasks) return 1;
  int count = 0;
  for (struct dirent *entry; (entry = readdir(tasks));) count += *entry->d_name != '.';
  closedir(tasks);
  return count == 1;
}

int cdrawing_end_threads(void) {
  if (has_one_thread()) return 0;
  // Of librsvg's libraries, and so not one to link: from 1.52 on its map of fonts has a thread, which ends with it.
  void (*set_default)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, "pango_cairo_font_map_set_default");
  if (set_default) set_default(NULL);
  for (int tries = 0; tries < 1000 && !has_one_thread(); tries++) usleep(1000);
  return has_one_thread() ? 0 : -1;
}
