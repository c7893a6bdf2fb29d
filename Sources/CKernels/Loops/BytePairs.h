// The product of `ByteProduct.h` with pairs of bytes whose sums are clamped to 16 bits before they are added: four codes a
// step on every instruction set, by the instructions of `Codes.h`.

INLINE void pair_tile(const CKByteProduct *a, int64_t first, const int P, const int B) {
  code_vector sums[TILE_PIXELS][TILE_BLOCKS * CODE_VECTORS];
UNROLL
  for (int p = 0; p < P; p++)
UNROLL
    for (int b = 0; b < B; b++)
      __builtin_memcpy(&sums[p][b * CODE_VECTORS], a->to.bias + b * CK_LANES, sizeof(integers));
  const uint8_t *x = a->x + first * a->xStride;
  const int8_t *w = a->weights;
  const int64_t stride = a->xStride;
  const __auto_type ones = CODE_ONES;
  (void)ones;
  for (int32_t r = 0; r < a->runs; r++) {
    const uint8_t *run = x + a->offsets[r];
    for (int32_t i = 0; i < a->runSteps; i++, run += 4)
UNROLL
      for (int b = 0; b < B * CODE_VECTORS; b++, w += 64 / CODE_VECTORS) {
        const __auto_type weights = CODE_LOAD(w);
UNROLL
        for (int p = 0; p < P; p++)
          sums[p][b] = CODE_ADD(sums[p][b], CODE_SPREAD(word_at(run + p * stride)), weights, ones);
      }
  }
UNROLL
  for (int b = 0; b < B; b++) {
    const ending e = ending_of(&a->to, b);
UNROLL
    for (int p = 0; p < P; p++) {
      integers sum;
      __builtin_memcpy(&sum, &sums[p][b * CODE_VECTORS], sizeof sum);
      store_result(sum, &e, &a->residual, (first + p) * a->yStride + b * a->yBlockStride, a->y, a->values);
    }
  }
}

#define PAIR_TILE(P, B) \
  case P: pair_tile(a, first, P, B); break;

static void multiply_pairs(const CKByteProduct *product) {
  const CKByteProduct copy = *product, *a = &copy;
  int64_t tiles = (a->pixels + CODE_ROWS - 1) / CODE_ROWS;
  for (int64_t first = 0; tiles > 0; tiles--) {
    const int64_t pixels = (a->pixels - first) / tiles;
    if (a->blocks == 1) switch (pixels) { CODE_PIXELS(PAIR_TILE, 1) }
#if TILE_BLOCKS == 2
    else switch (pixels) { CODE_PIXELS(PAIR_TILE, 2) }
#endif
    first += pixels;
  }
}
