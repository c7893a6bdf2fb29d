// JPEG and PNG through libjpeg and libpng, behind plain functions that never long-jump into Swift.
//
// Each format has two steps: the header tells the size, the caller allocates, the second call fills.
// Every function returns 0, or -1 with a reason in `message` (terminated, cut to `capacity` bytes).
#ifndef CALIBRANT_CIMAGECODECS_H
#define CALIBRANT_CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

#include "CImageEncoders.h"

int calibrant_jpeg_header(
    const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message,
    size_t capacity);

// Fills `pixels` with width * height * 3 bytes of interleaved RGB; width and height are the header's.
// Grey is repeated, CMYK and YCCK are read inverted (as Adobe writes them). Data that end early are
// an error, also when only the end marker is missing.
int calibrant_jpeg_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels,
    char *message, size_t capacity);

int calibrant_png_header(
    const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message,
    size_t capacity);

// Fills `pixels` with width * height * 3 bytes of interleaved RGB; width and height are the header's.
// Alpha is dropped, not composited; gamma and colour profiles are not applied; 16-bit samples become
// round(v / 257).
int calibrant_png_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels,
    char *message, size_t capacity);

#endif
