INLINE int32_t word_at(const void *x) {
  int32_t word;
  __builtin_memcpy(&word, x, sizeof word);
  return word;
}

// P pixels by B blocks of output channels stay in registers for the whole sum.
INLINE void byte_tile(const CKByteProduct *a, int64_t first, const int P, const int B) {
  integers sums[TILE_PIXELS][TILE_BLOCKS];
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
        const step factors = step_codes(word_at(run + p * stride));
UNROLL
        for (int b = 0; b < B; b++) sums[p][b] = dot(sums[p][b], factors, weights[b]);
      }
    }
  }
UNROLL
  for (int b = 0; b < B; b++) {
    const ending e = ending_of(&a->to, b);
UNROLL
    for (int p = 0; p < P; p++)
      store_result(sums[p][b], &e, &a->residual, (first + p) * a->yStride + b * a->yBlockStride, a->y, a->values);
  }
}

// The same for integers of 16 bits, whose sums are stored as they are.
INLINE void word_tile(const CKWordProduct *a, int64_t first, const int P, const int B) {
  integers sums[TILE_PIXELS][TILE_BLOCKS];
UNROLL
  for (int p = 0; p < P; p++)
UNROLL
    for (int b = 0; b < B; b++) sums[p][b] = (integers){};
  const int16_t *x = a->x + first * CK_LANES, *w = a->weights;
  for (int32_t r = 0; r < a->inBlocks; r++, x += a->xBlockStride)
    for (int32_t i = 0; i < CK_LANES; i += 2, w += 2 * B * CK_LANES) {
      step weights[TILE_BLOCKS];
UNROLL
      for (int b = 0; b < B; b++) weights[b] = word_weights(w + 2 * b * CK_LANES);
UNROLL
      for (int p = 0; p < P; p++) {
        const step factors = step_codes(word_at(x + p * CK_LANES + i));
UNROLL
        for (int b = 0; b < B; b++) sums[p][b] = dot_words(sums[p][b], factors, weights[b]);
      }
    }
UNROLL
  for (int b = 0; b < B; b++)
UNROLL
    for (int p = 0; p < P; p++)
      *(integers *)(a->y + b * a->yBlockStride + (first + p) * CK_LANES) = sums[p][b];
}

#if TILE_PIXELS == 14
#define PIXEL_CASES(tile, B)                                                                     \
  tile(1, B) tile(2, B) tile(3, B) tile(4, B) tile(5, B) tile(6, B) tile(7, B) tile(8, B)        \
  tile(9, B) tile(10, B) tile(11, B) tile(12, B) tile(13, B) tile(14, B)
#elif TILE_PIXELS == 6
#define PIXEL_CASES(tile, B) tile(1, B) tile(2, B) tile(3, B) tile(4, B) tile(5, B) tile(6, B)
#else
#define PIXEL_CASES(tile, B) tile(1, B) tile(2, B)
#endif

#if TILE_BLOCKS == 2
#define BLOCK_CASES(tile)                                                                        \
  if (a->blocks == 1) switch (pixels) { PIXEL_CASES(tile, 1) }                                   \
  else switch (pixels) { PIXEL_CASES(tile, 2) }
#else
#define BLOCK_CASES(tile) switch (pixels) { PIXEL_CASES(tile, 1) }
#endif

// Tiles of nearly equal size.
#define SWEEP_PIXELS(tile)                                                                       \
  int64_t tiles = (a->pixels + TILE_PIXELS - 1) / TILE_PIXELS;                                   \
  for (int64_t first = 0; tiles > 0; tiles--) {                                                  \
    const int64_t pixels = (a->pixels - first) / tiles;                                          \
    BLOCK_CASES(tile)                                                                            \
    first += pixels;                                                                             \
  }

#define BYTE_TILE(P, B) \
  case P: byte_tile(a, first, P, B); break;
#define WORD_TILE(P, B) \
  case P: word_tile(a, first, P, B); break;

static void multiply_bytes(const CKByteProduct *product) {
  const CKByteProduct copy = *product, *a = &copy;
  SWEEP_PIXELS(BYTE_TILE)
}

static void multiply_words(const CKWordProduct *product) {
  const CKWordProduct copy = *product, *a = &copy;
  SWEEP_PIXELS(WORD_TILE)
}
