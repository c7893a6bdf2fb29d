#include "CImageCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t position;
  char *message;
} reader;

static void fail(png_structp png, png_const_charp text) {
  snprintf(((reader *)png_get_error_ptr(png))->message, CODEC_MESSAGE_SIZE, "%s", text);
  longjmp(png_jmpbuf(png), 1);
}

static void ignore_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  reader *source = png_get_io_ptr(png);
  if (count > source->count - source->position) png_error(png, "the file is cut short");
  memcpy(target, source->bytes + source->position, count);
  source->position += count;
}

// Every kind of PNG becomes 8-bit RGB: palettes and low depths expanded, 16 bits divided by 257 and rounded, alpha
// dropped without composing.
static void ask_for_rgb(png_structp png, png_infop info) {
  png_set_palette_to_rgb(png);
  png_set_expand_gray_1_2_4_to_8(png);
  png_set_scale_16(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

static int read_png(reader *source, uint32_t *width, uint32_t *height, uint8_t *rgb) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, source, fail, ignore_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  png_bytepp volatile rows = NULL;
  if (!info || setjmp(png_jmpbuf(png))) {
    if (!info) snprintf(source->message, CODEC_MESSAGE_SIZE, "out of memory");
    png_destroy_read_struct(&png, &info, NULL);
    free(rows);
    return -1;
  }
  png_set_read_fn(png, source, read_bytes);
  png_read_info(png, info);
  uint32_t columns = png_get_image_width(png, info), lines = png_get_image_height(png, info);
  if (width) *width = columns;
  if (height) *height = lines;
  if (rgb) {
    ask_for_rgb(png, info);
    if (png_get_rowbytes(png, info) != (size_t)columns * 3) png_error(png, "unexpected pixel layout");
    rows = malloc(lines * sizeof(png_bytep));
    if (!rows) png_error(png, "out of memory");
    for (uint32_t y = 0; y < lines; y++) rows[y] = rgb + (size_t)y * columns * 3;
    png_read_image(png, rows);
    png_read_end(png, NULL);
  }
  png_destroy_read_struct(&png, &info, NULL);
  free(rows);
  return 0;
}

int codec_png_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message) {
  reader source = {bytes, count, 0, message};
  return read_png(&source, width, height, NULL);
}

int codec_png_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, char *message) {
  reader source = {bytes, count, 0, message};
  return read_png(&source, NULL, NULL, rgb);
}
