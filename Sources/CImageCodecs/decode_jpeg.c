#include "CImageCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <jerror.h>

// A progressive file of a few kilobytes can ask for thousands of passes over a large image. Photographs have a dozen.
enum { MAXIMUM_SCANS = 500 };
static const double MAXIMUM_SCANNED_PIXELS = 2147483648.0;
// Every block of 64 pixels takes a bit at least.
static const double MAXIMUM_PIXELS_PER_BYTE = 512.0;

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char *message;
  size_t capacity;
} ErrorManager;

static void fail(j_common_ptr info) {
  ErrorManager *errors = (ErrorManager *)info->err;
  char text[JMSG_LENGTH_MAX];
  errors->base.format_message(info, text);
  snprintf(errors->message, errors->capacity, "%s", text);
  longjmp(errors->escape, 1);
}

// libjpeg calls a premature end a warning and fills the rest with grey, be it the file's or an end marker before the
// last block.
static void refuse_premature_end(j_common_ptr info, int level) {
  if (level >= 0) return;
  int code = info->err->msg_code;
  int is_early_end = code == JWRN_HIT_MARKER && info->is_decompressor &&
                     ((j_decompress_ptr)info)->unread_marker == JPEG_EOI;
  if (code == JWRN_JPEG_EOF || is_early_end) fail(info);
}

static void refuse_many_scans(j_common_ptr info) {
  if (!info->is_decompressor) return;
  j_decompress_ptr image = (j_decompress_ptr)info;
  int scans = image->input_scan_number;
  double scanned = (double)scans * image->image_width * image->image_height;
  if (scans <= MAXIMUM_SCANS && scanned <= MAXIMUM_SCANNED_PIXELS) return;
  ErrorManager *errors = (ErrorManager *)info->err;
  snprintf(errors->message, errors->capacity, "more scans than any image of its size needs");
  longjmp(errors->escape, 1);
}

static void prepare(
    struct jpeg_decompress_struct *info, ErrorManager *errors, char *message, size_t capacity) {
  info->err = jpeg_std_error(&errors->base);
  errors->base.error_exit = fail;
  errors->base.emit_message = refuse_premature_end;
  errors->message = message;
  errors->capacity = capacity;
}

int calibrant_jpeg_header(
    const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message,
    size_t capacity) {
  struct jpeg_decompress_struct info = {0};
  ErrorManager errors;
  prepare(&info, &errors, message, capacity);
  if (setjmp(errors.escape)) {
    jpeg_destroy_decompress(&info);
    return -1;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes, count);
  jpeg_read_header(&info, TRUE);
  double pixels = (double)info.image_width * info.image_height;
  if (!info.arith_code && pixels > MAXIMUM_PIXELS_PER_BYTE * (double)count) {
    snprintf(message, capacity, "fewer bytes than an image of its size needs");
    jpeg_destroy_decompress(&info);
    return -1;
  }
  *width = info.image_width;
  *height = info.image_height;
  jpeg_destroy_decompress(&info);
  return 0;
}

// a * b / 255, rounded to nearest, for bytes.
static int scaled_product(int a, int b) {
  int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

// Inverted CMYK to RGB: each sample is already 255 minus the amount of ink.
static void rgb_from_inverted_cmyk(const uint8_t *cmyk, uint8_t *rgb, uint32_t width) {
  for (uint32_t x = 0; x < width; x++) {
    int light = cmyk[4 * x + 3];
    for (int c = 0; c < 3; c++) {
      rgb[3 * x + c] = (uint8_t)(light - scaled_product(255 - cmyk[4 * x + c], light));
    }
  }
}

static void read_rows(struct jpeg_decompress_struct *info, uint8_t *pixels) {
  size_t stride = (size_t)info->output_width * 3;
  JSAMPARRAY inks = NULL;
  if (info->out_color_space == JCS_CMYK) {
    inks = info->mem->alloc_sarray(
        (j_common_ptr)info, JPOOL_IMAGE, info->output_width * 4, 1);
  }
  while (info->output_scanline < info->output_height) {
    uint8_t *row = pixels + stride * info->output_scanline;
    JSAMPROW target = inks ? inks[0] : row;
    jpeg_read_scanlines(info, &target, 1);
    if (inks) rgb_from_inverted_cmyk(target, row, info->output_width);
  }
}

int calibrant_jpeg_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels,
    char *message, size_t capacity) {
  struct jpeg_decompress_struct info = {0};
  struct jpeg_progress_mgr progress = {0};
  ErrorManager errors;
  prepare(&info, &errors, message, capacity);
  if (setjmp(errors.escape)) {
    jpeg_destroy_decompress(&info);
    return -1;
  }
  jpeg_create_decompress(&info);
  progress.progress_monitor = refuse_many_scans;
  info.progress = &progress;
  jpeg_mem_src(&info, bytes, count);
  jpeg_read_header(&info, TRUE);
  if (info.image_width != width || info.image_height != height) {
    snprintf(message, capacity, "the size is not the header's");
    jpeg_destroy_decompress(&info);
    return -1;
  }
  int has_inks = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  info.out_color_space = has_inks ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&info);
  read_rows(&info, pixels);
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return 0;
}
