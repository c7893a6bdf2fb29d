// 16 channels of a pixel as one value; the compiler splits it into the registers that the target has.
#ifndef BLOCK_H
#define BLOCK_H

#include "CKernels.h"

typedef float block __attribute__((vector_size(64)));
typedef float loose_block __attribute__((vector_size(64), aligned(4)));
typedef int32_t mask __attribute__((vector_size(64)));

// Blocks are passed between inlined functions only.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

// Arrays of blocks stay in registers only where every index is a constant.
#define UNROLL _Pragma("clang loop unroll(full)")

#endif
