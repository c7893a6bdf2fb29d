// The product of `ByteProduct.h` with each sum of two products clamped to 16 bits before it is added, four codes a step on every
// instruction set: what x86 without VNNI computes. Where the processor has the instruction that does so, it is used.

#if TILE_PIXELS == 14
#define PAIR_PIXELS 12
#define PAIR_VECTORS 1
typedef __m512i pair_sums;
#define PAIR_WEIGHTS(p) _mm512_loadu_si512(p)
#define PAIR_CODES(v) _mm512_set1_epi32(v)
#define PAIR_ONES _mm512_set1_epi16(1)
#define PAIR_ADD(sum, x, w, ones) _mm512_add_epi32(sum, _mm512_madd_epi16(_mm512_maddubs_epi16(x, w), ones))
#elif TILE_PIXELS == 6
#define PAIR_PIXELS 4
#define PAIR_VECTORS 2
typedef __m256i pair_sums;
#define PAIR_WEIGHTS(p) _mm256_loadu_si256((const __m256i *)(p))
#define PAIR_CODES(v) _mm256_set1_epi32(v)
#define PAIR_ONES _mm256_set1_epi16(1)
#define PAIR_ADD(sum, x, w, ones) _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(x, w), ones))
#else
#define PAIR_PIXELS 2
#define PAIR_VECTORS 1
typedef int32_t pair_sums __attribute__((vector_size(64)));
typedef struct {
  int8_t bytes[64];
} pair_weights;
INLINE pair_weights load_weights(const int8_t *p) {
  pair_weights w;
  __builtin_memcpy(&w, p, sizeof w);
  return w;
}
INLINE int32_t clamped_sum(int32_t sum) { return sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum; }
INLINE pair_sums add_pairs(pair_sums sum, int32_t x, pair_weights w) {
  uint8_t c[4];
  __builtin_memcpy(c, &x, sizeof c);
  for (int i = 0; i < CK_LANES; i++) {
    const int8_t *v = w.bytes + 4 * i;
    sum[i] += clamped_sum(c[0] * v[0] + c[1] * v[1]) + clamped_sum(c[2] * v[2] + c[3] * v[3]);
  }
  return sum;
}
#define PAIR_WEIGHTS(p) load_weights(p)
#define PAIR_CODES(v) (v)
#define PAIR_ONES 0
#define PAIR_ADD(sum, x, w, ones) add_pairs(sum, x, w)
#endif

INLINE void pair_tile(const CKByteProduct *a, int64_t first, const int P, const int B) {
  pair_sums sums[TILE_PIXELS][TILE_BLOCKS * PAIR_VECTORS];
UNROLL
  for (int p = 0; p < P; p++)
UNROLL
    for (int b = 0; b < B; b++)
      __builtin_memcpy(&sums[p][b * PAIR_VECTORS], a->to.bias + b * CK_LANES, sizeof(integers));
  const uint8_t *x = a->x + first * a->xStride;
  const int8_t *w = a->weights;
  const int64_t stride = a->xStride;
  const __auto_type ones = PAIR_ONES;
  (void)ones;
  for (int32_t r = 0; r < a->runs; r++) {
    const uint8_t *run = x + a->offsets[r];
    for (int32_t i = 0; i < a->runSteps; i++, run += 4)
UNROLL
      for (int b = 0; b < B * PAIR_VECTORS; b++, w += 64 / PAIR_VECTORS) {
        const __auto_type weights = PAIR_WEIGHTS(w);
UNROLL
        for (int p = 0; p < P; p++)
          sums[p][b] = PAIR_ADD(sums[p][b], PAIR_CODES(word_at(run + p * stride)), weights, ones);
      }
  }
UNROLL
  for (int b = 0; b < B; b++) {
    const ending e = ending_of(&a->to, b);
UNROLL
    for (int p = 0; p < P; p++) {
      integers sum;
      __builtin_memcpy(&sum, &sums[p][b * PAIR_VECTORS], sizeof sum);
      store_result(sum, &e, &a->residual, (first + p) * a->yStride + b * a->yBlockStride, a->y, a->values);
    }
  }
}

#if PAIR_PIXELS == 12
#define PAIR_CASES(tile, B)                                                                     \
  tile(1, B) tile(2, B) tile(3, B) tile(4, B) tile(5, B) tile(6, B) tile(7, B) tile(8, B)        \
  tile(9, B) tile(10, B) tile(11, B) tile(12, B)
#elif PAIR_PIXELS == 4
#define PAIR_CASES(tile, B) tile(1, B) tile(2, B) tile(3, B) tile(4, B)
#else
#define PAIR_CASES(tile, B) tile(1, B) tile(2, B)
#endif

#define PAIR_TILE(P, B) \
  case P: pair_tile(a, first, P, B); break;

static void multiply_pairs(const CKByteProduct *product) {
  const CKByteProduct copy = *product, *a = &copy;
  int64_t tiles = (a->pixels + PAIR_PIXELS - 1) / PAIR_PIXELS;
  for (int64_t first = 0; tiles > 0; tiles--) {
    const int64_t pixels = (a->pixels - first) / tiles;
    if (a->blocks == 1) switch (pixels) { PAIR_CASES(PAIR_TILE, 1) }
#if TILE_BLOCKS == 2
    else switch (pixels) { PAIR_CASES(PAIR_TILE, 2) }
#endif
    first += pixels;
  }
}
