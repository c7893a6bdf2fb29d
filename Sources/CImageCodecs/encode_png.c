#include "CImageEncoders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

static int report(const char *text, char *message) {
  snprintf(message, CALIBRANT_ENCODER_MESSAGE_SIZE, "%s", text);
  return 1;
}

// libpng's simplified interface does its own setjmp and leaves the text in the png_image. The colour map has 256 entries.
static int encode(
    const uint8_t *samples, const uint8_t *colors, int width, int height, png_uint_32 format,
    uint8_t **bytes, size_t *count, char *message) {
  *bytes = NULL;
  *count = 0;
  if (width < 1 || height < 1) return report("image has no pixels", message);

  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = (png_uint_32)width;
  image.height = (png_uint_32)height;
  image.format = format;
  image.colormap_entries = colors == NULL ? 0 : 256;

  // Room for the worst case, so that one compression is enough.
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  uint8_t *output = malloc(size);
  if (output == NULL) return report("out of memory", message);
  if (!png_image_write_to_memory(&image, output, &size, 0, samples, 0, colors)) {
    free(output);
    return report(image.message, message);
  }
  *bytes = output;
  *count = size;
  return 0;
}

int calibrant_encode_png(
    const uint8_t *rgb, int width, int height, uint8_t **bytes, size_t *count, char *message) {
  return encode(rgb, NULL, width, height, PNG_FORMAT_RGB, bytes, count, message);
}

int calibrant_encode_png_indices(
    const uint8_t *indices, const uint8_t *colors, int width, int height, uint8_t **bytes,
    size_t *count, char *message) {
  return encode(
      indices, colors, width, height, PNG_FORMAT_RGB_COLORMAP, bytes, count, message);
}
