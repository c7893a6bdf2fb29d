// The including file compiles these for an instruction set. Nothing here rounds where a fused multiply-add would not:
// squares of floats are exact in double precision, and so are products with powers of two.
#include "../include/CKStatistics.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef float floats __attribute__((vector_size(32)));
typedef float loose_floats __attribute__((vector_size(32), aligned(4)));
typedef int32_t lanes __attribute__((vector_size(32)));
typedef double doubles __attribute__((vector_size(64)));

// Vectors are passed between inlined functions only.
#pragma clang diagnostic ignored "-Wpsabi"

INLINE floats chosen(lanes condition, floats yes, floats no) {
  return (floats)(((lanes)yes & condition) | ((lanes)no & ~condition));
}

INLINE void include(CKSummary *s, float x) {
  if (x < s->minimum) s->minimum = x;
  if (x > s->maximum) s->maximum = x;
  s->zeros += x == 0;
  s->sum += x;
  s->sumOfSquares += (double)x * x;
}

INLINE void summarize(const float *x, int64_t count, CKSummary *summary) {
  floats low = (floats){} + INFINITY, high = (floats){} - INFINITY;
  lanes zeros = {};
  doubles sum = {}, squares = {};
  const int64_t whole = count / 8 * 8;
  for (int64_t i = 0; i < whole; i += 8) {
    const floats v = *(const loose_floats *)(x + i);
    low = chosen(v < low, v, low);
    high = chosen(v > high, v, high);
    zeros -= v == 0;
    const doubles wide = __builtin_convertvector(v, doubles);
    sum += wide;
    squares += wide * wide;
  }
  CKSummary s = {0, INFINITY, -INFINITY, 0, 0};
  for (int l = 0; l < 8; l++) {
    if (low[l] < s.minimum) s.minimum = low[l];
    if (high[l] > s.maximum) s.maximum = high[l];
    s.zeros += zeros[l];
    s.sum += sum[l];
    s.sumOfSquares += squares[l];
  }
  for (int64_t i = whole; i < count; i++) include(&s, x[i]);
  *summary = s;
}

// The bin of each value, counted from the first.
INLINE void locate(const float *x, int64_t count, const CKBins *bins, int32_t *index) {
  const float magic = 0x1.8p23f, width = bins->width, inverse = bins->inverse;
  const int32_t origin = 0x4b400000 + bins->first;
  for (int64_t i = 0; i < count; i++) {
    // Rounds to the nearest bin edge, then steps down where that edge lies above the value. The comparison is with the
    // value itself, because scaling may have rounded a tiny one to zero.
    const float shifted = x[i] * inverse + magic;
    const float edge = (shifted - magic) * width;
    int32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    index[i] = bits - origin - (edge > x[i] ? 1 : 0);
  }
}

INLINE void tally(const float *x, int64_t count, const CKBins *bins, uint32_t *tables) {
  enum { BLOCK = 1024 };
  int32_t index[BLOCK];
  const int64_t stride = bins->count;
  for (int64_t start = 0; start < count; start += BLOCK) {
    const int64_t length = count - start < BLOCK ? count - start : BLOCK;
    locate(x + start, length, bins, index);
    int64_t i = 0;
    for (; i + CK_BIN_TABLES <= length; i += CK_BIN_TABLES)
      for (int t = 0; t < CK_BIN_TABLES; t++) tables[t * stride + index[i + t]]++;
    for (; i < length; i++) tables[index[i]]++;
  }
}
