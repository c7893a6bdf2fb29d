#include "CImageCodecs.h"

#include <stdio.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

// NULL, with the reason in `message`, for what is no container or has no complete header.
static WebPDemuxer *container(
    const uint8_t *bytes, size_t count, WebPDemuxState *state, char *message, size_t capacity) {
  WebPData data = {bytes, count};
  WebPDemuxer *demuxer = WebPDemuxPartial(&data, state);
  if (demuxer && *state >= WEBP_DEMUX_PARSED_HEADER) return demuxer;
  int is_early_end = *state == WEBP_DEMUX_PARSING_HEADER;
  snprintf(message, capacity, "%s", is_early_end ? "premature end of file" : "invalid container");
  WebPDemuxDelete(demuxer);
  return NULL;
}

int calibrant_webp_header(
    const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message,
    size_t capacity) {
  WebPDemuxState state;
  WebPDemuxer *demuxer = container(bytes, count, &state, message, capacity);
  if (!demuxer) return CALIBRANT_DAMAGED;
  *width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
  *height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
  WebPDemuxDelete(demuxer);
  return 0;
}

// Decodes a frame into its place on a canvas of width * height.
static VP8StatusCode decode_frame(
    const WebPIterator *frame, uint32_t width, uint32_t height, uint8_t *pixels) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return VP8_STATUS_UNSUPPORTED_FEATURE;
  size_t stride = (size_t)width * 3;
  size_t start = stride * (size_t)frame->y_offset + (size_t)frame->x_offset * 3;
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = pixels + start;
  config.output.u.RGBA.stride = (int)stride;
  config.output.u.RGBA.size = stride * height - start;
  return WebPDecode(frame->fragment.bytes, frame->fragment.size, &config);
}

static const char *reason_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY: return "out of memory";
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA: return "premature end of file";
    default: return "invalid bitstream";
  }
}

int calibrant_webp_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels,
    char *message, size_t capacity) {
  WebPDemuxState state;
  WebPDemuxer *demuxer = container(bytes, count, &state, message, capacity);
  if (!demuxer) return CALIBRANT_DAMAGED;
  WebPIterator frame = {0};
  const char *reason = NULL;
  if (state != WEBP_DEMUX_DONE) {
    reason = "premature end of file";
  } else if (!WebPDemuxGetFrame(demuxer, 1, &frame)) {
    reason = "no frame";
  } else if (
      (uint64_t)frame.x_offset + (uint64_t)frame.width > width ||
      (uint64_t)frame.y_offset + (uint64_t)frame.height > height) {
    reason = "a frame beyond the canvas";
  } else {
    memset(pixels, 0, (size_t)width * height * 3);
    VP8StatusCode status = decode_frame(&frame, width, height, pixels);
    if (status != VP8_STATUS_OK) reason = reason_of(status);
  }
  if (reason) snprintf(message, capacity, "%s", reason);
  WebPDemuxReleaseIterator(&frame);
  WebPDemuxDelete(demuxer);
  return reason ? CALIBRANT_DAMAGED : 0;
}
