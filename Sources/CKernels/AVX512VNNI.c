#if defined(__x86_64__)
#include <immintrin.h>

#define HAS_VNNI 1
#define TILE_PIXELS 14
#define TILE_BLOCKS 2
// Tiles are large enough for weights to come from the second-level cache: neither parts of sums nor fetching ahead pays.
#define TILE_FACTORS INT32_MAX
#define FETCH(address)
#define WINDOW_PIXELS 8
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx512vnni,avx2,fma"))), apply_to = function)
#include "Loops/All.h"
#pragma clang attribute pop
const CKKernels ck_avx512vnni = TABLE("avx512-vnni");
#endif
