// JPEG, PNG, WebP and TIFF through the system's libraries, behind plain functions that never long-jump into Swift.
//
// Each format has two steps: the header tells the size, the caller allocates, the second call fills.
// Every function returns 0, or one of the codes below with a reason in `message` (terminated, cut to `capacity` bytes).
#ifndef CALIBRANT_CIMAGECODECS_H
#define CALIBRANT_CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

#include "CImageEncoders.h"

enum {
  CALIBRANT_DAMAGED = -1,
  // Valid, of a kind that is not read; the reason goes on from "a … image".
  CALIBRANT_UNSUPPORTED = -2,
};

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

// Fills `indices` with width * height bytes: the palette's indices, or the levels of a grey image, as stored, of 1 to 8
// bits. Other PNGs are CALIBRANT_UNSUPPORTED.
int calibrant_png_indices(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *indices,
    char *message, size_t capacity);

int calibrant_webp_header(
    const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message,
    size_t capacity);

// Fills `pixels` with width * height * 3 bytes of interleaved RGB; width and height are the header's.
// Alpha is dropped; of an animation there is the first frame, on black.
int calibrant_webp_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels,
    char *message, size_t capacity);

int calibrant_tiff_header(
    const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message,
    size_t capacity);

// The first directory's orientation tag; 1 where there is none.
int calibrant_tiff_orientation(const uint8_t *bytes, size_t count);

// Fills `pixels` with width * height * 3 bytes of interleaved RGB; width and height are the header's.
// As stored, not turned. Alpha is dropped, after a division by it where colours are multiplied by it;
// of 16-bit samples the high byte is kept.
int calibrant_tiff_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels,
    char *message, size_t capacity);

#endif
