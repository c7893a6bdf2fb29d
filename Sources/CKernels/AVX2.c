#if defined(__x86_64__)
#include <immintrin.h>

#define TILE_PIXELS 6
#define TILE_BLOCKS 1
// Whose weights take 24 KiB of a first-level cache of 32.
#define TILE_FACTORS 384
#define FETCH(address) __builtin_prefetch(address)
#define WINDOW_PIXELS 4
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "Loops/All.h"
#pragma clang attribute pop
const CKKernels ck_avx2 = TABLE("avx2");
#endif
