#include "CImageCodecs.h"
#include "tiff_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A tile is held whole; more is no photograph's.
enum { MAXIMUM_TILE_BYTES = 1 << 27, MAXIMUM_SAMPLES = 6 };
// What tiles may hold beside the image, and blocks read of the file more than once.
enum { MAXIMUM_WASTE = 8, FREE_WASTE = 1 << 26 };

// What the first directory says about the samples.
typedef struct {
  uint32_t width, height;
  uint16_t photometric, bits, samples, format, planes, compression;
  int is_premultiplied;
  // Samples of a pixel that its colour comes from.
  int channels;
} Layout;

static Layout layout_of(TIFF *tiff) {
  Layout layout = {0};
  uint16_t extra_count = 0, *extra = NULL;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.photometric);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &layout.format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout.planes);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &layout.compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extra_count, &extra);
  layout.is_premultiplied = extra_count > 0 && extra[0] == EXTRASAMPLE_ASSOCALPHA;
  switch (layout.photometric) {
    case PHOTOMETRIC_RGB: layout.channels = layout.is_premultiplied ? 4 : 3; break;
    case PHOTOMETRIC_YCBCR: layout.channels = 3; break;
    case PHOTOMETRIC_SEPARATED: layout.channels = 4; break;
    default: layout.channels = 1;
  }
  return layout;
}

static int is_separate(const Layout *layout) {
  return layout->planes == PLANARCONFIG_SEPARATE && layout->samples > 1;
}

// libjpeg converts and upsamples YCbCr itself.
static int is_converted_by_libjpeg(const Layout *layout) {
  return layout->photometric == PHOTOMETRIC_YCBCR && layout->compression == COMPRESSION_JPEG &&
         !is_separate(layout);
}

// libtiff converts what is compressed otherwise, in whole blocks.
static int is_converted_by_libtiff(const Layout *layout) {
  return layout->photometric == PHOTOMETRIC_YCBCR && layout->compression != COMPRESSION_NONE &&
         !is_converted_by_libjpeg(layout);
}

static int is_known_compression(uint16_t compression) {
  switch (compression) {
    case COMPRESSION_NONE:
    case COMPRESSION_CCITTRLE:
    case COMPRESSION_CCITTFAX3:
    case COMPRESSION_CCITTFAX4:
    case COMPRESSION_LZW:
    case COMPRESSION_JPEG:
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
    case COMPRESSION_PACKBITS:
    case COMPRESSION_LZMA:
    case COMPRESSION_ZSTD: return TIFFIsCODECConfigured(compression);
    default: return 0;
  }
}

static int is_subsampled(TIFF *tiff) {
  uint16_t across = 1, down = 1;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_YCBCRSUBSAMPLING, &across, &down);
  return across != 1 || down != 1;
}

static const char *refused_depth(const Layout *layout) {
  static const char *unusual = "with an unusual number of bits or samples";
  int is_byte = layout->bits == 8, is_word = layout->bits == 16;
  switch (layout->photometric) {
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_SEPARATED: return is_byte || is_word ? NULL : unusual;
    case PHOTOMETRIC_YCBCR: return is_byte && layout->samples == 3 ? NULL : unusual;
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
      if (is_word) return "with 16-bit grey";
      if (layout->is_premultiplied) return "with premultiplied grey";
  }
  int is_packed = layout->bits == 1 || layout->bits == 2 || layout->bits == 4;
  return is_byte || (is_packed && layout->samples == 1) ? NULL : unusual;
}

static int is_known_photometric(uint16_t photometric) {
  return photometric <= PHOTOMETRIC_PALETTE || photometric == PHOTOMETRIC_SEPARATED ||
         photometric == PHOTOMETRIC_YCBCR;
}

// What is valid TIFF and not read; NULL when there is nothing of it.
static const char *refused_kind(TIFF *tiff, const Layout *layout) {
  if (layout->format != SAMPLEFORMAT_UINT || layout->bits > 16)
    return "with samples that are signed, floating-point or of more than 16 bits";
  if (!is_known_photometric(layout->photometric)) return "of a colour space other than RGB or CMYK";
  if (layout->samples > MAXIMUM_SAMPLES || layout->samples < layout->channels)
    return "with an unusual number of samples";
  int is_raw_ycbcr =
      layout->photometric == PHOTOMETRIC_YCBCR && layout->compression == COMPRESSION_NONE;
  if (is_raw_ycbcr && is_subsampled(tiff)) return "with uncompressed subsampled YCbCr";
  return refused_depth(layout);
}

int calibrant_tiff_header(
    const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message,
    size_t capacity) {
  TIFFSource source = {.bytes = bytes, .count = count, .message = message, .capacity = capacity};
  TIFF *tiff = calibrant_tiff_open(&source);
  if (!tiff) return CALIBRANT_DAMAGED;
  Layout layout = layout_of(tiff);
  const char *refused = refused_kind(tiff, &layout);
  TIFFClose(tiff);
  *width = layout.width;
  *height = layout.height;
  if (refused) {
    snprintf(message, capacity, "%s", refused);
  } else if (!is_known_compression(layout.compression)) {
    snprintf(message, capacity, "with compression %u", layout.compression);
  } else {
    return 0;
  }
  return CALIBRANT_UNSUPPORTED;
}

int calibrant_tiff_orientation(const uint8_t *bytes, size_t count) {
  char message[1];
  TIFFSource source = {.bytes = bytes, .count = count, .message = message, .capacity = 1};
  TIFF *tiff = calibrant_tiff_open(&source);
  if (!tiff) return ORIENTATION_TOPLEFT;
  uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
  TIFFClose(tiff);
  return orientation;
}

// An image that is being filled.
typedef struct {
  TIFF *tiff;
  Layout layout;
  uint16_t *palette[3];
  uint8_t *pixels;
  // Where the samples of separate planes are put together: `channels` bytes per pixel.
  uint8_t *together;
} Target;

static uint8_t clamped(int value) { return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value; }

// a * b / 255, rounded to nearest, for bytes.
static int scaled_product(int a, int b) {
  int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

// JPEG's conversion with six bits behind the point.
static void rgb_from_ycbcr(int y, int cb, int cr, uint8_t *rgb) {
  int red = (int)(cr * 1.402 * 64 + 0.5), blue = (int)(cb * 1.772 * 64 + 0.5);
  int green = (int)(cb * -0.34414 * 64 + 0.5) + (int)(cr * -0.71414 * 64 + 0.5);
  rgb[0] = clamped(y + (red >> 6));
  rgb[1] = clamped(y + (green >> 6));
  rgb[2] = clamped(y + (blue >> 6));
}

static void put_grey(const Target *target, uint8_t sample, uint8_t *rgb) {
  int value = sample * 255 / ((1 << (target->layout.bits < 8 ? target->layout.bits : 8)) - 1);
  if (target->layout.photometric == PHOTOMETRIC_MINISWHITE) value = 255 - value;
  rgb[0] = rgb[1] = rgb[2] = (uint8_t)value;
}

// `in` has the layout's channels and may be where the result goes.
static void put_pixel(const Target *target, const uint8_t *in, uint8_t *rgb) {
  switch (target->layout.photometric) {
    case PHOTOMETRIC_PALETTE:
      for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)(target->palette[c][in[0]] >> 8);
      break;
    case PHOTOMETRIC_SEPARATED: {
      int light = 255 - in[3];
      for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)(light - scaled_product(in[c], light));
      break;
    }
    case PHOTOMETRIC_YCBCR: rgb_from_ycbcr(in[0], in[1] - 128, in[2] - 128, rgb); break;
    case PHOTOMETRIC_RGB: {
      int alpha = target->layout.is_premultiplied ? in[3] : 255;
      for (int c = 0; c < 3; c++) rgb[c] = alpha ? clamped(in[c] * 255 / alpha) : 0;
      break;
    }
    default: put_grey(target, in[0], rgb);
  }
}

// The sample at an index of a row, its eight highest bits where it has more.
static uint8_t sample_at(const uint8_t *row, size_t index, int bits) {
  if (bits == 16) return (uint8_t)(((const uint16_t *)(const void *)row)[index] >> 8);
  if (bits == 8) return row[index];
  size_t bit = index * (size_t)bits;
  return (uint8_t)(row[bit / 8] >> (8 - bits - (int)(bit % 8)) & ((1 << bits) - 1));
}

// Takes `count` pixels from a decoded row, of one plane where planes are separate.
static void put_row(
    const Target *target, const uint8_t *row, uint16_t plane, uint32_t x, uint32_t y,
    uint32_t count) {
  const Layout *layout = &target->layout;
  size_t first = (size_t)y * layout->width + x;
  for (size_t i = 0; i < count; i++) {
    if (target->together) {
      target->together[(first + i) * layout->channels + plane] = sample_at(row, i, layout->bits);
      continue;
    }
    uint8_t samples[4];
    for (int c = 0; c < layout->channels; c++) {
      samples[c] = sample_at(row, i * layout->samples + c, layout->bits);
    }
    put_pixel(target, samples, target->pixels + (first + i) * 3);
  }
}

static uint16_t plane_count(const Target *target) {
  return target->together ? (uint16_t)target->layout.channels : 1;
}

static size_t row_bytes(const Target *target, uint32_t width) {
  size_t samples = target->together ? 1 : target->layout.samples;
  return (width * samples * target->layout.bits + 7) / 8;
}

static const char *read_strips(const Target *target) {
  const Layout *layout = &target->layout;
  size_t bytes = (size_t)TIFFScanlineSize64(target->tiff);
  if (bytes < row_bytes(target, layout->width) || bytes > MAXIMUM_TILE_BYTES)
    return "rows of another size";
  uint8_t *row = calloc(1, bytes);
  if (!row) return "out of memory";
  const char *reason = NULL;
  for (uint16_t plane = 0; plane < plane_count(target) && !reason; plane++) {
    for (uint32_t y = 0; y < layout->height && !reason; y++) {
      if (TIFFReadScanline(target->tiff, row, y, plane) != 1) reason = "unreadable rows";
      else put_row(target, row, plane, 0, y, layout->width);
    }
  }
  free(row);
  return reason;
}

// Small images may have large tiles, but many tiles that are hardly used would cost much time for little.
static int are_wasteful(const Target *target, uint64_t tile_bytes) {
  double image = (double)row_bytes(target, target->layout.width) * target->layout.height;
  double tiles = (double)TIFFNumberOfTiles(target->tiff) / plane_count(target) * (double)tile_bytes;
  return tiles > MAXIMUM_WASTE * image + FREE_WASTE;
}

static const char *read_tile(
    const Target *target, uint8_t *tile, uint16_t plane, uint32_t x, uint32_t y,
    uint32_t width, uint32_t height) {
  const Layout *layout = &target->layout;
  if (TIFFReadTile(target->tiff, tile, x, y, 0, plane) < 0) return "unreadable tiles";
  size_t stride = (size_t)TIFFTileRowSize64(target->tiff);
  uint32_t columns = layout->width - x < width ? layout->width - x : width;
  uint32_t rows = layout->height - y < height ? layout->height - y : height;
  for (uint32_t row = 0; row < rows; row++) {
    put_row(target, tile + row * stride, plane, x, y + row, columns);
  }
  return NULL;
}

static const char *read_tiles(const Target *target) {
  const Layout *layout = &target->layout;
  uint32_t width = 0, height = 0;
  TIFFGetField(target->tiff, TIFFTAG_TILEWIDTH, &width);
  TIFFGetField(target->tiff, TIFFTAG_TILELENGTH, &height);
  uint64_t bytes = TIFFTileSize64(target->tiff);
  if (width == 0 || height == 0 || bytes > MAXIMUM_TILE_BYTES ||
      width > MAXIMUM_TILE_BYTES || height > MAXIMUM_TILE_BYTES ||
      bytes / height < row_bytes(target, width) || are_wasteful(target, bytes)) {
    return "tiles of an unusual size";
  }
  uint8_t *tile = calloc(1, (size_t)bytes);
  if (!tile) return "out of memory";
  const char *reason = NULL;
  for (uint16_t plane = 0; plane < plane_count(target) && !reason; plane++) {
    for (uint32_t y = 0; y < layout->height && !reason; y += height) {
      for (uint32_t x = 0; x < layout->width && !reason; x += width) {
        reason = read_tile(target, tile, plane, x, y, width, height);
      }
    }
  }
  free(tile);
  return reason;
}

static const char *read_samples(Target *target) {
  const Layout *layout = &target->layout;
  size_t pixels = (size_t)layout->width * layout->height;
  if (is_separate(layout)) {
    target->together =
        layout->channels == 3 ? target->pixels : calloc(pixels, (size_t)layout->channels);
    if (!target->together) return "out of memory";
  }
  const char *reason = TIFFIsTiled(target->tiff) ? read_tiles(target) : read_strips(target);
  for (size_t i = 0; i < pixels && target->together && !reason; i++) {
    put_pixel(target, target->together + i * layout->channels, target->pixels + i * 3);
  }
  if (target->together != target->pixels) free(target->together);
  return reason;
}

// Blocks of as many rows as a strip or tile has, so that chroma is upsampled as in other readers.
static const char *read_converted(const Target *target, TIFFRGBAImage *image, uint32_t rows) {
  const Layout *layout = &target->layout;
  uint32_t *block = calloc(rows, (size_t)layout->width * sizeof(uint32_t));
  if (!block) return "out of memory";
  image->orientation = image->req_orientation = ORIENTATION_TOPLEFT;
  const char *reason = NULL;
  for (uint32_t y = 0; y < layout->height && !reason; y += rows) {
    uint32_t height = layout->height - y < rows ? layout->height - y : rows;
    image->row_offset = (int)y;
    if (!TIFFRGBAImageGet(image, block, layout->width, height)) reason = "unreadable rows";
    uint8_t *out = target->pixels + (size_t)y * layout->width * 3;
    for (size_t i = 0; i < (size_t)layout->width * height && !reason; i++) {
      out[3 * i] = (uint8_t)TIFFGetR(block[i]);
      out[3 * i + 1] = (uint8_t)TIFFGetG(block[i]);
      out[3 * i + 2] = (uint8_t)TIFFGetB(block[i]);
    }
  }
  free(block);
  return reason;
}

static const char *convert(const Target *target) {
  char text[1024] = "";
  TIFFRGBAImage image;
  uint64_t tile_bytes = TIFFIsTiled(target->tiff) ? TIFFTileSize64(target->tiff) : 0;
  if (tile_bytes > MAXIMUM_TILE_BYTES || are_wasteful(target, tile_bytes))
    return "tiles of an unusual size";
  if (!TIFFRGBAImageOK(target->tiff, text) || !TIFFRGBAImageBegin(&image, target->tiff, 1, text))
    return "unreadable YCbCr";
  uint32_t rows = 0;
  TIFFGetFieldDefaulted(
      target->tiff, TIFFIsTiled(target->tiff) ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP, &rows);
  if (rows == 0 || rows > target->layout.height) rows = target->layout.height;
  const char *reason = read_converted(target, &image, rows);
  TIFFRGBAImageEnd(&image);
  return reason;
}

static const char *read_palette(Target *target) {
  if (target->layout.photometric != PHOTOMETRIC_PALETTE) return NULL;
  uint16_t **palette = target->palette;
  int is_there = TIFFGetField(target->tiff, TIFFTAG_COLORMAP, &palette[0], &palette[1], &palette[2]);
  return is_there ? NULL : "no colour map";
}

// Blocks that all lie at the same place make a small file as long to read as a huge one.
static const char *overlap(TIFF *tiff, size_t file_bytes) {
  double bytes = 0;
  uint32_t count = TIFFIsTiled(tiff) ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
  for (uint32_t i = 0; i < count; i++) bytes += (double)TIFFGetStrileByteCount(tiff, i);
  return bytes > MAXIMUM_WASTE * (double)file_bytes + FREE_WASTE ? "blocks that overlap" : NULL;
}

static const char *read_image(Target *target, size_t file_bytes) {
  const char *reason = overlap(target->tiff, file_bytes);
  if (!reason) reason = read_palette(target);
  if (reason) return reason;
  if (is_converted_by_libtiff(&target->layout)) return convert(target);
  if (is_converted_by_libjpeg(&target->layout)) {
    TIFFSetField(target->tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    target->layout.photometric = PHOTOMETRIC_RGB;
  }
  return read_samples(target);
}

int calibrant_tiff_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels,
    char *message, size_t capacity) {
  TIFFSource source = {.bytes = bytes, .count = count, .message = message, .capacity = capacity};
  TIFF *tiff = calibrant_tiff_open(&source);
  if (!tiff) return CALIBRANT_DAMAGED;
  Target target = {.tiff = tiff, .layout = layout_of(tiff), .pixels = pixels};
  int is_same = target.layout.width == width && target.layout.height == height;
  // A tag that is wrong and not needed passes; pixels that are wrong do not, even where libtiff goes on.
  source.has_reason = 0;
  const char *reason = is_same ? read_image(&target, count) : "the size is not the header's";
  TIFFClose(tiff);
  if (reason && !source.has_reason) snprintf(message, capacity, "%s", reason);
  return reason || source.has_reason ? CALIBRANT_DAMAGED : 0;
}
