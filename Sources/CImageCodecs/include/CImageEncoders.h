// Writing JPEG and PNG into memory. Every function returns instead of long-jumping: 0 on success,
// nonzero with the library's own words in `message` otherwise.
#ifndef CALIBRANT_CIMAGEENCODERS_H
#define CALIBRANT_CIMAGEENCODERS_H

#include <stddef.h>
#include <stdint.h>

/// Bytes that a `message` buffer must offer, terminator included.
enum { CALIBRANT_ENCODER_MESSAGE_SIZE = 200 };

/// Encodes `height * width * 3` interleaved RGB bytes as baseline JPEG with 4:2:0 chroma.
/// `quality` is libjpeg's 1...100. On success `*bytes` is to be released with
/// `calibrant_free_encoded`; on failure it is NULL.
int calibrant_encode_jpeg(
    const uint8_t *rgb, int width, int height, int quality, uint8_t **bytes, size_t *count,
    char *message);

/// Encodes `height * width * 3` interleaved RGB bytes as 8-bit RGB PNG; ownership as above.
int calibrant_encode_png(
    const uint8_t *rgb, int width, int height, uint8_t **bytes, size_t *count, char *message);

/// Encodes `height * width` indices as an 8-bit PNG with a palette of 256 colours, RGB each; ownership as above.
int calibrant_encode_png_indices(
    const uint8_t *indices, const uint8_t *colors, int width, int height, uint8_t **bytes,
    size_t *count, char *message);

void calibrant_free_encoded(uint8_t *bytes);

#endif
