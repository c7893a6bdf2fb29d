#include "CImageCodecs.h"

#include <stdio.h>
#include <string.h>

#include <png.h>

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t position;
  char *message;
  size_t capacity;
  // What a failure is called.
  int status;
} Source;

static void fail(png_structp png, png_const_charp text) {
  Source *source = png_get_error_ptr(png);
  snprintf(source->message, source->capacity, "%s", text);
  png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  Source *source = png_get_io_ptr(png);
  if (count > source->count - source->position) png_error(png, "premature end of PNG file");
  memcpy(target, source->bytes + source->position, count);
  source->position += count;
}

// NULL, with the reason in the source's message, when there is no memory.
static png_structp reader(Source *source, png_infop *info) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, source, fail, ignore_warning);
  *info = png ? png_create_info_struct(png) : NULL;
  if (!*info) {
    png_destroy_read_struct(&png, NULL, NULL);
    snprintf(source->message, source->capacity, "out of memory");
    return NULL;
  }
  png_set_read_fn(png, source, read_bytes);
  return png;
}

int calibrant_png_header(
    const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message,
    size_t capacity) {
  Source source = {bytes, count, 0, message, capacity, CALIBRANT_DAMAGED};
  png_infop info;
  png_structp png = reader(&source, &info);
  if (!png) return -1;
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return -1;
  }
  png_read_info(png, info);
  // Deflate makes at most 1032 bytes of one.
  double pixels = (double)png_get_rowbytes(png, info) * png_get_image_height(png, info);
  if (pixels > 1032.0 * (double)count) png_error(png, "fewer bytes than an image of its size needs");
  *width = png_get_image_width(png, info);
  *height = png_get_image_height(png, info);
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}

// Asks for three interleaved 8-bit channels, whatever the file holds.
static void ask_for_rgb(png_structp png, png_infop info) {
  png_byte type = png_get_color_type(png, info);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (!(type & PNG_COLOR_MASK_COLOR)) {
    if (png_get_bit_depth(png, info) < 8) png_set_expand_gray_1_2_4_to_8(png);
    png_set_gray_to_rgb(png);
  }
  png_set_scale_16(png);
  png_set_strip_alpha(png);
}

static void refuse(png_structp png, png_const_charp kind) {
  Source *source = png_get_error_ptr(png);
  source->status = CALIBRANT_UNSUPPORTED;
  png_error(png, kind);
}

// Asks for one byte per pixel: the index of a palette or the level of a grey as stored.
static void ask_for_indices(png_structp png, png_infop info) {
  png_byte type = png_get_color_type(png, info);
  if (type == PNG_COLOR_TYPE_GRAY_ALPHA) refuse(png, "with an alpha channel");
  if (type != PNG_COLOR_TYPE_PALETTE && type != PNG_COLOR_TYPE_GRAY) {
    refuse(png, "with three colours for each pixel");
  }
  if (png_get_bit_depth(png, info) > 8) refuse(png, "of 16 bits for each pixel");
  png_set_packing(png);
  // Indices beyond the palette are classes like others.
  png_set_check_for_invalid_index(png, 0);
}

static int decode(
    Source source, void (*ask)(png_structp, png_infop), uint32_t width, uint32_t height,
    size_t stride, uint8_t *pixels) {
  png_infop info;
  png_structp png = reader(&source, &info);
  if (!png) return CALIBRANT_DAMAGED;
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return source.status;
  }
  png_read_info(png, info);
  ask(png, info);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_image_width(png, info) != width || png_get_image_height(png, info) != height ||
      png_get_rowbytes(png, info) != stride) {
    png_error(png, "the size is not the header's");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < height; y++) png_read_row(png, pixels + stride * y, NULL);
  }
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}

int calibrant_png_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels,
    char *message, size_t capacity) {
  Source source = {bytes, count, 0, message, capacity, CALIBRANT_DAMAGED};
  return decode(source, ask_for_rgb, width, height, (size_t)width * 3, pixels);
}

int calibrant_png_indices(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *indices,
    char *message, size_t capacity) {
  Source source = {bytes, count, 0, message, capacity, CALIBRANT_DAMAGED};
  return decode(source, ask_for_indices, width, height, width, indices);
}
