// P pixels by B blocks of output channels stay in registers for the whole sum.
INLINE void byte_tile(const CKByteProduct *a, int64_t first, const int P, const int B) {
  integers sums[P][B];
UNROLL
  for (int p = 0; p < P; p++)
UNROLL
    for (int b = 0; b < B; b++) sums[p][b] = ((const loose_integers *)a->to.bias)[b];
  const uint8_t *x = a->x + first * a->xStride;
  const int8_t *w = a->weights;
  const int64_t stride = a->xStride;
  for (int32_t r = 0; r < a->runs; r++) {
    const uint8_t *run = x + a->offsets[r];
    for (int32_t i = 0; i < a->runSteps; i++, run += 4, w += B * STEP_FACTORS * CK_LANES) {
      step weights[TILE_BLOCKS];
UNROLL
      for (int b = 0; b < B; b++) weights[b] = step_weights(w + b * STEP_FACTORS * CK_LANES);
UNROLL
      for (int p = 0; p < P; p++) {
        int32_t factors;
        __builtin_memcpy(&factors, run + p * stride, sizeof factors);
UNROLL
        for (int b = 0; b < B; b++) sums[p][b] = dot(sums[p][b], step_codes(factors), weights[b]);
      }
    }
  }
UNROLL
  for (int b = 0; b < B; b++) {
    const block factors = ((const loose_block *)a->to.factors)[b];
UNROLL
    for (int p = 0; p < P; p++) {
      const int64_t offset = (first + p) * a->yStride + b * a->yBlockStride;
      if (a->values) {
        *(loose_block *)(a->values + offset) = __builtin_convertvector(sums[p][b], block) * factors;
        continue;
      }
      const integers own = requantized_steps(sums[p][b], factors, &a->to.grid);
      *(loose_codes *)(a->y + offset) =
          a->residual.codes
              ? added(own, &a->to.grid, *(const loose_codes *)(a->residual.codes + offset), &a->residual)
              : code_of(own, &a->to.grid);
    }
  }
}

#define BYTE_CASE(P, B) \
  case P: byte_tile(a, first, P, B); break;

#if TILE_PIXELS == 14
#define BYTE_CASES(B)                                                                        \
  BYTE_CASE(1, B) BYTE_CASE(2, B) BYTE_CASE(3, B) BYTE_CASE(4, B) BYTE_CASE(5, B)            \
  BYTE_CASE(6, B) BYTE_CASE(7, B) BYTE_CASE(8, B) BYTE_CASE(9, B) BYTE_CASE(10, B)           \
  BYTE_CASE(11, B) BYTE_CASE(12, B) BYTE_CASE(13, B) BYTE_CASE(14, B)
#elif TILE_PIXELS == 6
#define BYTE_CASES(B)                                                                        \
  BYTE_CASE(1, B) BYTE_CASE(2, B) BYTE_CASE(3, B) BYTE_CASE(4, B) BYTE_CASE(5, B)            \
  BYTE_CASE(6, B)
#else
#define BYTE_CASES(B) BYTE_CASE(1, B) BYTE_CASE(2, B)
#endif

static void multiply_bytes(const CKByteProduct *product) {
  const CKByteProduct copy = *product, *a = &copy;
  int64_t tiles = (a->pixels + TILE_PIXELS - 1) / TILE_PIXELS;
  for (int64_t first = 0; tiles > 0; tiles--) {
    const int64_t pixels = (a->pixels - first) / tiles;
    if (a->blocks == 1) {
      switch (pixels) { BYTE_CASES(1) }
    } else {
#if TILE_BLOCKS == 2
      switch (pixels) { BYTE_CASES(2) }
#endif
    }
    first += pixels;
  }
}
