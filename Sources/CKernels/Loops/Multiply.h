// P pixels by B blocks of output channels stay in registers for the whole sum.
INLINE void multiply_tile(const CKProduct *a, const CKEpilogue *e, int64_t first, const int P,
                          const int B) {
  block sums[P][B];
  if (a->bias) {
UNROLL
    for (int p = 0; p < P; p++)
UNROLL
      for (int b = 0; b < B; b++) sums[p][b] = ((const block *)a->bias)[b];
  } else {
UNROLL
    for (int p = 0; p < P; p++)
UNROLL
      for (int b = 0; b < B; b++)
        sums[p][b] = *(const block *)(a->y + (first + p) * a->yStride + b * a->yBlockStride);
  }
  const float *x = a->x + first * a->xStride;
  const block *w = (const block *)a->weights;
  const int64_t stride = a->xStride;
  const int32_t length = a->runLength;
  for (int32_t r = 0; r < a->runs; r++) {
    const float *run = x + a->offsets[r];
    // What the next tile reads, line by line.
    if (length == CK_LANES)
UNROLL
      for (int p = 0; p < P; p++) FETCH(run + (P + p) * stride);
    for (int32_t i = 0; i < length; i++, run++, w += B) {
UNROLL
      for (int p = 0; p < P; p++) {
        const float factor = run[p * stride];
UNROLL
        for (int b = 0; b < B; b++) sums[p][b] += factor * w[b];
      }
    }
  }
UNROLL
  for (int p = 0; p < P; p++)
UNROLL
    for (int b = 0; b < B; b++) {
      const int64_t offset = (first + p) * a->yStride + b * a->yBlockStride;
      *(block *)(a->y + offset) = finished(sums[p][b], e, offset);
    }
}

#define TILE_CASE(P, B) \
  case P: multiply_tile(a, e, first, P, B); break;

#if TILE_PIXELS == 14
#define TILE_CASES(B)                                                                        \
  TILE_CASE(1, B) TILE_CASE(2, B) TILE_CASE(3, B) TILE_CASE(4, B) TILE_CASE(5, B)            \
  TILE_CASE(6, B) TILE_CASE(7, B) TILE_CASE(8, B) TILE_CASE(9, B) TILE_CASE(10, B)           \
  TILE_CASE(11, B) TILE_CASE(12, B) TILE_CASE(13, B) TILE_CASE(14, B)
#elif TILE_PIXELS == 6
#define TILE_CASES(B)                                                                        \
  TILE_CASE(1, B) TILE_CASE(2, B) TILE_CASE(3, B) TILE_CASE(4, B) TILE_CASE(5, B)            \
  TILE_CASE(6, B)
#else
#define TILE_CASES(B) TILE_CASE(1, B) TILE_CASE(2, B)
#endif

// Tiles of nearly equal size: none is so thin that loading weights takes longer than using them.
static void multiply(const CKProduct *product, const CKEpilogue *epilogue) {
  // Copies: the compiler need not fear that a store changes them.
  const CKProduct copy = *product, *a = &copy;
  const CKEpilogue finish = *epilogue, *e = &finish;
  int32_t tiles = (a->pixels + TILE_PIXELS - 1) / TILE_PIXELS;
  for (int64_t first = 0; tiles > 0; tiles--) {
    const int32_t pixels = (int32_t)(a->pixels - first) / tiles;
    if (a->blocks == 1) {
      switch (pixels) { TILE_CASES(1) }
    } else {
#if TILE_BLOCKS == 2
      switch (pixels) { TILE_CASES(2) }
#endif
    }
    first += pixels;
  }
}
