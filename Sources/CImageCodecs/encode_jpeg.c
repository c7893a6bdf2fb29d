#include "CImageEncoders.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

_Static_assert(
    CALIBRANT_ENCODER_MESSAGE_SIZE >= JMSG_LENGTH_MAX, "libjpeg writes up to JMSG_LENGTH_MAX");

struct failure {
  struct jpeg_error_mgr manager;  // first, so that libjpeg's pointer is also ours
  jmp_buf escape;
  char *message;
};

static void fail(j_common_ptr info) {
  struct failure *failure = (struct failure *)info->err;
  failure->manager.format_message(info, failure->message);
  longjmp(failure->escape, 1);
}

static void stay_silent(j_common_ptr info) { (void)info; }

static void write_rows(
    struct jpeg_compress_struct *info, const uint8_t *rgb, int width, int height, int quality) {
  info->image_width = (JDIMENSION)width;
  info->image_height = (JDIMENSION)height;
  info->input_components = 3;
  info->in_color_space = JCS_RGB;
  jpeg_set_defaults(info);
  jpeg_set_quality(info, quality, TRUE);
  jpeg_start_compress(info, TRUE);
  while (info->next_scanline < info->image_height) {
    // libjpeg's type lacks const; it only reads.
    JSAMPROW row = (JSAMPROW)(rgb + (size_t)info->next_scanline * (size_t)width * 3);
    jpeg_write_scanlines(info, &row, 1);
  }
  jpeg_finish_compress(info);
}

int calibrant_encode_jpeg(
    const uint8_t *rgb, int width, int height, int quality, uint8_t **bytes, size_t *count,
    char *message) {
  struct jpeg_compress_struct info;
  struct failure failure = {.message = message};
  // Volatile, since they change between setjmp and longjmp.
  unsigned char *volatile output = NULL;
  unsigned long volatile size = 0;

  *bytes = NULL;
  *count = 0;
  memset(&info, 0, sizeof info);
  info.err = jpeg_std_error(&failure.manager);
  failure.manager.error_exit = fail;
  failure.manager.output_message = stay_silent;
  if (setjmp(failure.escape)) {
    // A buffer that has grown is known to libjpeg alone until it hands it over here.
    if (info.dest != NULL) info.dest->term_destination(&info);
    jpeg_destroy_compress(&info);
    free(output);
    return 1;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, (unsigned char **)&output, (unsigned long *)&size);
  write_rows(&info, rgb, width, height, quality);
  jpeg_destroy_compress(&info);
  *bytes = output;
  *count = size;
  return 0;
}

void calibrant_free_encoded(uint8_t *bytes) { free(bytes); }
