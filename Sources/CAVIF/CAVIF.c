#include "CAVIF.h"

#if __has_include(<avif/avif.h>)

#include <avif/avif.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

// What the headers that this is compiled with describe, and no other.
#if AVIF_VERSION >= 1000000
#define LIBRARY "libavif.so.16"
#else
#define LIBRARY "libavif.so.15"
#endif

#define FUNCTIONS(USE)         \
  USE(avifDecoderCreate)       \
  USE(avifDecoderDestroy)      \
  USE(avifDecoderSetSource)    \
  USE(avifDecoderSetIOMemory)  \
  USE(avifDecoderParse)        \
  USE(avifDecoderNextImage)    \
  USE(avifRGBImageSetDefaults) \
  USE(avifImageYUVToRGB)

#define DECLARE(name) __typeof__(&name) name;
static struct {
  FUNCTIONS(DECLARE)
} avif;
static int is_loaded;

static void load(void) {
  void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
  if (!library) return;
  is_loaded = 1;
#define FIND(name) is_loaded = (avif.name = (__typeof__(&name))dlsym(library, #name)) && is_loaded;
  FUNCTIONS(FIND)
}

struct CAVIFReader {
  avifDecoder *decoder;
  uint32_t width, height;
};

int cavif_is_available(void) {
  void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
  if (library) dlclose(library);
  return library != NULL;
}

static CAVIFReader *open_source(
    const void *bytes, size_t count, uint32_t maximum_pixels, uint32_t maximum_frames, avifDecoderSource source) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  if (!is_loaded) return NULL;
  CAVIFReader *reader = calloc(1, sizeof *reader);
  if (!reader) return NULL;
  avifDecoder *decoder = reader->decoder = avif.avifDecoderCreate();
  if (decoder) {
    decoder->maxThreads = 1;
    decoder->ignoreExif = decoder->ignoreXMP = AVIF_TRUE;
    decoder->strictFlags = AVIF_STRICT_DISABLED;
    decoder->imageCountLimit = maximum_frames;
    // What is given is no more than the library's own.
    if (maximum_pixels > 0 && maximum_pixels < decoder->imageSizeLimit) decoder->imageSizeLimit = maximum_pixels;
    if (avif.avifDecoderSetSource(decoder, source) == AVIF_RESULT_OK &&
        avif.avifDecoderSetIOMemory(decoder, bytes, count) == AVIF_RESULT_OK &&
        avif.avifDecoderParse(decoder) == AVIF_RESULT_OK) {
      reader->width = decoder->image->width;
      reader->height = decoder->image->height;
      return reader;
    }
  }
  cavif_close(reader);
  return NULL;
}

CAVIFReader *cavif_open(const void *bytes, size_t count, uint32_t maximum_pixels, uint32_t maximum_frames) {
  return open_source(bytes, count, maximum_pixels, maximum_frames, AVIF_DECODER_SOURCE_TRACKS);
}

CAVIFReader *cavif_open_still(const void *bytes, size_t count, uint32_t maximum_pixels) {
  return open_source(bytes, count, maximum_pixels, 1, AVIF_DECODER_SOURCE_PRIMARY_ITEM);
}

void cavif_close(CAVIFReader *reader) {
  if (reader->decoder) avif.avifDecoderDestroy(reader->decoder);
  free(reader);
}

uint32_t cavif_width(const CAVIFReader *reader) { return reader->width; }

uint32_t cavif_height(const CAVIFReader *reader) { return reader->height; }

int cavif_has_alpha(const CAVIFReader *reader) { return reader->decoder->alphaPresent; }

int cavif_next(CAVIFReader *reader, uint8_t *pixels) {
  if (avif.avifDecoderNextImage(reader->decoder) != AVIF_RESULT_OK) return -1;
  const avifImage *image = reader->decoder->image;
  if (image->width != reader->width || image->height != reader->height) return -1;
  avifRGBImage rgb;
  avif.avifRGBImageSetDefaults(&rgb, image);
  rgb.format = AVIF_RGB_FORMAT_RGBA;
  rgb.depth = 8;
  rgb.pixels = pixels;
  rgb.rowBytes = image->width * 4;
  return avif.avifImageYUVToRGB(image, &rgb) == AVIF_RESULT_OK ? 0 : -1;
}

double cavif_seconds(const CAVIFReader *reader) { return reader->decoder->imageTiming.duration; }

const uint8_t *cavif_profile(const CAVIFReader *reader, size_t *count) {
  *count = reader->decoder->image->icc.size;
  return reader->decoder->image->icc.data;
}

#else

int cavif_is_available(void) { return 0; }
CAVIFReader *cavif_open(const void *bytes, size_t count, uint32_t maximum_pixels, uint32_t maximum_frames) { return NULL; }
CAVIFReader *cavif_open_still(const void *bytes, size_t count, uint32_t maximum_pixels) { return NULL; }
void cavif_close(CAVIFReader *reader) {}
uint32_t cavif_width(const CAVIFReader *reader) { return 0; }
uint32_t cavif_height(const CAVIFReader *reader) { return 0; }
int cavif_has_alpha(const CAVIFReader *reader) { return 0; }
int cavif_next(CAVIFReader *reader, uint8_t *pixels) { return -1; }
double cavif_seconds(const CAVIFReader *reader) { return 0; }
const uint8_t *cavif_profile(const CAVIFReader *reader, size_t *count) { return NULL; }

#endif
