// For TIFFs that libvips 8.14 cannot read: YCbCr that is not in JPEGs, and JPEGs as TIFF 6.0 had them. libtiff makes RGB of them.
#include "CVips.h"

#include <tiffio.h>

typedef struct {
  const guint8 *bytes;
  size_t count, place;
} File;

static tmsize_t read_bytes(thandle_t handle, void *out, tmsize_t count) {
  File *file = handle;
  size_t left = file->place < file->count ? file->count - file->place : 0;
  size_t given = MIN((size_t)MAX(count, 0), left);
  memcpy(out, file->bytes + (given ? file->place : 0), given);
  file->place += given;
  return (tmsize_t)given;
}

static tmsize_t write_bytes(thandle_t handle, void *bytes, tmsize_t count) { return 0; }

static toff_t seek(thandle_t handle, toff_t offset, int origin) {
  File *file = handle;
  toff_t base = origin == SEEK_CUR ? file->place : origin == SEEK_END ? file->count : 0;
  file->place = base + offset;
  return file->place;
}

static toff_t size_of(thandle_t handle) { return ((File *)handle)->count; }

static int close_nothing(thandle_t handle) { return 0; }

int cvips_tiff_knows(int compression) {
  return compression >= 0 && compression <= G_MAXUINT16 && TIFFIsCODECConfigured((guint16)compression);
}

VipsImage *cvips_load_tiff_as_rgb(const void *bytes, size_t count, int width, int height) {
  File file = {bytes, count, 0};
  TIFF *tiff =
    TIFFClientOpen("", "rm", &file, read_bytes, write_bytes, seek, close_nothing, size_of, NULL, NULL);
  if (!tiff) return NULL;
  TIFFRGBAImage reader;
  char message[1024];
  VipsImage *out = NULL;
  guint32 *raster = NULL;
  if (TIFFRGBAImageBegin(&reader, tiff, 1, message)) {
    // As it is stored: turning it upright is the business of others.
    reader.req_orientation = reader.orientation;
    if (reader.width == (guint32)width && reader.height == (guint32)height)
      raster = g_try_malloc0_n((gsize)width * height, sizeof *raster);
    if (raster && TIFFRGBAImageGet(&reader, raster, reader.width, reader.height)) {
      out = vips_image_new_memory();
      vips_image_init_fields(
        out, width, height, 3, VIPS_FORMAT_UCHAR, VIPS_CODING_NONE, VIPS_INTERPRETATION_sRGB, 1, 1);
      guint8 *row = g_malloc((gsize)width * 3);
      for (int y = 0; y < height && out; y++) {
        const guint32 *pixels = raster + (gsize)y * width;
        for (int x = 0; x < width; x++) {
          row[3 * x] = TIFFGetR(pixels[x]);
          row[3 * x + 1] = TIFFGetG(pixels[x]);
          row[3 * x + 2] = TIFFGetB(pixels[x]);
        }
        if (vips_image_write_line(out, y, row)) g_clear_object(&out);
      }
      g_free(row);
    }
    g_free(raster);
    guint32 length = 0;
    void *profile = NULL;
    if (out && TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &length, &profile) && profile && length)
      vips_image_set_blob_copy(out, VIPS_META_ICC_NAME, profile, length);
    TIFFRGBAImageEnd(&reader);
  }
  TIFFClose(tiff);
  return out;
}
