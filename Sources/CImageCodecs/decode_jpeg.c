#include "CImageCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char *message;
} error_state;

static void fail(j_common_ptr info) {
  error_state *state = (error_state *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  snprintf(state->message, CODEC_MESSAGE_SIZE, "%s", text);
  longjmp(state->escape, 1);
}

// A file that ends early is an error; other oddities are libjpeg's to repair, as other readers let it.
static void on_message(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) fail(info);
}

static void begin(struct jpeg_decompress_struct *info, error_state *state, char *message) {
  memset(info, 0, sizeof *info);
  info->err = jpeg_std_error(&state->base);
  state->base.error_exit = fail;
  state->base.emit_message = on_message;
  state->message = message;
}

int codec_jpeg_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message) {
  struct jpeg_decompress_struct info;
  error_state state;
  begin(&info, &state, message);
  if (setjmp(state.escape)) {
    jpeg_destroy_decompress(&info);
    return -1;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes, count);
  jpeg_read_header(&info, TRUE);
  *width = info.image_width;
  *height = info.image_height;
  jpeg_destroy_decompress(&info);
  return 0;
}

// a * b / 255, rounded, for bytes.
static inline unsigned scale255(unsigned a, unsigned b) {
  unsigned product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

// Rows arrive packed at the start of their place in `rgb`'s own order; grey and CMYK come through `line`.
static void to_rgb(const uint8_t *line, uint8_t *rgb, size_t width, J_COLOR_SPACE space) {
  for (size_t x = 0; x < width; x++) {
    if (space == JCS_GRAYSCALE) {
      rgb[3 * x] = rgb[3 * x + 1] = rgb[3 * x + 2] = line[x];
      continue;
    }
    // CMYK files follow Adobe's convention and hold inverted inks.
    const uint8_t *ink = line + 4 * x;
    unsigned key = ink[3];
    for (int channel = 0; channel < 3; channel++)
      rgb[3 * x + channel] = (uint8_t)(key - scale255(255u - ink[channel], key));
  }
}

int codec_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, char *message) {
  struct jpeg_decompress_struct info;
  error_state state;
  uint8_t *volatile line = NULL;
  begin(&info, &state, message);
  if (setjmp(state.escape)) {
    jpeg_destroy_decompress(&info);
    free(line);
    return -1;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes, count);
  jpeg_read_header(&info, TRUE);
  switch (info.jpeg_color_space) {
    case JCS_GRAYSCALE: info.out_color_space = JCS_GRAYSCALE; break;
    case JCS_CMYK:
    case JCS_YCCK: info.out_color_space = JCS_CMYK; break;
    default: info.out_color_space = JCS_RGB; break;
  }
  jpeg_start_decompress(&info);
  size_t width = info.output_width;
  line = malloc(width * 4 + 1);
  if (!line) {
    snprintf(message, CODEC_MESSAGE_SIZE, "out of memory");
    longjmp(state.escape, 1);
  }
  while (info.output_scanline < info.output_height) {
    uint8_t *target = rgb + (size_t)info.output_scanline * width * 3;
    JSAMPROW row = info.out_color_space == JCS_RGB ? target : line;
    jpeg_read_scanlines(&info, &row, 1);
    if (info.out_color_space != JCS_RGB) to_rgb(line, target, width, info.out_color_space);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  free(line);
  return 0;
}
