#include "Loops/Statistics.h"

#define VARIANT(set)                                                                             \
  static void summarize_##set(const float *x, int64_t count, CKSummary *summary) {               \
    summarize(x, count, summary);                                                                \
  }                                                                                              \
  static void tally_##set(const float *x, int64_t count, const CKBins *bins, uint32_t *tables) { \
    tally(x, count, bins, tables);                                                               \
  }                                                                                              \
  const CKStatistics ck_statistics_##set = {summarize_##set, tally_##set};

VARIANT(baseline)

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
VARIANT(avx2)
#pragma clang attribute pop
#endif
