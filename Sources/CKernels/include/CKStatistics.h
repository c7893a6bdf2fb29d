/// Loops over observed values, compiled for several instruction sets that all give the same bits.
#ifndef CKSTATISTICS_H
#define CKSTATISTICS_H

#include <stdint.h>

/// Facts of a plane. The sums are of doubles in eight lanes (value i in lane i mod 8), added up from the first lane on,
/// then the values behind the last whole group of eight one by one.
typedef struct {
  int64_t zeros;
  /// Infinity and minus infinity where there are no values.
  float minimum, maximum;
  double sum, sumOfSquares;
} CKSummary;

/// Bins k · width ≤ x < (k + 1) · width, `first` the lowest k; width is a power of two and `inverse` is 1 / width.
typedef struct {
  float width, inverse;
  int32_t first, count;
} CKBins;

/// Counters that a bin has, so that values in a row that share a bin do not wait for each other.
enum { CK_BIN_TABLES = 4 };

typedef struct {
  /// Sums of NaN or infinities are not finite; the other facts are then undefined.
  void (*summarize)(const float *x, int64_t count, CKSummary *summary);
  /// Counts values, all of them inside the bins, in CK_BIN_TABLES tables of `bins->count` counters.
  void (*tally)(const float *x, int64_t count, const CKBins *bins, uint32_t *tables);
} CKStatistics;

/// The loops for "avx512", "avx2" or "baseline"; null where the CPU or the build has none.
const CKStatistics *ck_statistics_named(const char *instructionSet);

#endif
