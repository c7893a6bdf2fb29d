// JPEG and PNG through libjpeg and libpng, behind plain functions that never long-jump into Swift.
#ifndef CALIBRANT_CIMAGECODECS_H
#define CALIBRANT_CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

#include "CImageEncoders.h"

enum { CODEC_MESSAGE_SIZE = 256 };

// Each pair reads the size of an image, then its pixels as interleaved 8-bit RGB into `rgb`, which holds
// width * height * 3 bytes. They return 0, or -1 with a sentence in `message` (CODEC_MESSAGE_SIZE bytes).
int codec_jpeg_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message);
int codec_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, char *message);
int codec_png_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message);
int codec_png_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, char *message);

#endif
