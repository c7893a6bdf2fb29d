#include "tiff_source.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Larger than anything that a file within the limits of pixels needs at once.
enum { MAXIMUM_ALLOCATION = 1 << 28 };

static void record(TIFFSource *source, const char *text) {
  if (source->has_reason) return;
  source->has_reason = 1;
  snprintf(source->message, source->capacity, "%s", text);
}

static void record_error(thandle_t handle, const char *module, const char *format, va_list values) {
  (void)module;
  char text[256];
  vsnprintf(text, sizeof text, format, values);
  if (handle) record((TIFFSource *)handle, text);
}

// libjpeg calls a premature end a warning and fills the rest with grey.
static void record_warning(
    thandle_t handle, const char *module, const char *format, va_list values) {
  char text[256];
  vsnprintf(text, sizeof text, format, values);
  int is_jpeg = module && strcmp(module, "JPEGLib") == 0;
  if (handle && is_jpeg && strstr(text, "remature end")) record((TIFFSource *)handle, text);
}

// libtiff's handlers belong to the process and print where nobody sets others.
static void set_handlers(void) {
  TIFFSetErrorHandler(NULL);
  TIFFSetWarningHandler(NULL);
  TIFFSetErrorHandlerExt(record_error);
  TIFFSetWarningHandlerExt(record_warning);
}

static tmsize_t read_bytes(thandle_t handle, void *target, tmsize_t count) {
  TIFFSource *source = (TIFFSource *)handle;
  size_t rest = source->count - source->position;
  size_t given = count < 0 ? 0 : (size_t)count < rest ? (size_t)count : rest;
  memcpy(target, source->bytes + source->position, given);
  source->position += given;
  return (tmsize_t)given;
}

static tmsize_t refuse_writing(thandle_t handle, void *bytes, tmsize_t count) {
  (void)handle;
  (void)bytes;
  (void)count;
  return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  TIFFSource *source = (TIFFSource *)handle;
  toff_t start = whence == SEEK_CUR ? source->position : whence == SEEK_END ? source->count : 0;
  if (offset > source->count || start > source->count - offset) return (toff_t)-1;
  source->position = (size_t)(start + offset);
  return source->position;
}

static toff_t size(thandle_t handle) { return ((TIFFSource *)handle)->count; }

static int close_nothing(thandle_t handle) {
  (void)handle;
  return 0;
}

static int map(thandle_t handle, void **base, toff_t *count) {
  TIFFSource *source = (TIFFSource *)handle;
  *base = (void *)source->bytes;
  *count = source->count;
  return 1;
}

static void unmap(thandle_t handle, void *base, toff_t count) {
  (void)handle;
  (void)base;
  (void)count;
}

TIFF *calibrant_tiff_open(TIFFSource *source) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, set_handlers);
#if TIFFLIB_VERSION >= 20221213
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (options) TIFFOpenOptionsSetMaxSingleMemAlloc(options, MAXIMUM_ALLOCATION);
  TIFF *tiff = TIFFClientOpenExt(
      "", "r", source, read_bytes, refuse_writing, seek, close_nothing, size, map, unmap, options);
  TIFFOpenOptionsFree(options);
#else
  TIFF *tiff = TIFFClientOpen(
      "", "r", source, read_bytes, refuse_writing, seek, close_nothing, size, map, unmap);
#endif
  if (!tiff) record(source, "no image directory");
  return tiff;
}
