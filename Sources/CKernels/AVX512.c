#if defined(__x86_64__)
#include <immintrin.h>

#define TILE_PIXELS 14
#define TILE_BLOCKS 2
#define WINDOW_PIXELS 8
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#include "Loops/All.h"
#pragma clang attribute pop
const CKKernels ck_avx512 = TABLE("avx512");
#endif
