// A TIFF file in memory. What libtiff says about it goes into `message`, nothing to standard error.
#ifndef CALIBRANT_TIFF_SOURCE_H
#define CALIBRANT_TIFF_SOURCE_H

#include <stdint.h>
#include <tiffio.h>

typedef struct {
  const uint8_t *bytes;
  size_t count;
  // The first error's text, once there is a reason.
  char *message;
  size_t capacity;
  size_t position;
  int has_reason;
} TIFFSource;

// At the first directory. NULL, with a reason in the source's message, when there is none.
TIFF *calibrant_tiff_open(TIFFSource *source);

#endif
