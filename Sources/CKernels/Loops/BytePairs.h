// The product of `ByteProduct.h` with each sum of two products clamped to 16 bits before it is added, four codes a step on every
// instruction set: what x86 without VNNI computes. Where the processor has the instruction that does so, it is used; where it
// also has the exact one, that takes the runs whose codes are too small for any clamp.

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

typedef pair_sums pair_tile_sums[TILE_PIXELS][TILE_BLOCKS * PAIR_VECTORS];

INLINE void add_clamped(pair_tile_sums sums, const uint8_t *run, int64_t stride, const int8_t *w, int32_t steps, const int P,
                        const int B) {
  const __auto_type ones = PAIR_ONES;
  (void)ones;
  for (int32_t i = 0; i < steps; i++, run += 4)
UNROLL
    for (int b = 0; b < B * PAIR_VECTORS; b++, w += 64 / PAIR_VECTORS) {
      const __auto_type weights = PAIR_WEIGHTS(w);
UNROLL
      for (int p = 0; p < P; p++)
        sums[p][b] = PAIR_ADD(sums[p][b], PAIR_CODES(word_at(run + p * stride)), weights, ones);
    }
}

#if HAS_VNNI
INLINE void add_exact(pair_tile_sums sums, const uint8_t *run, int64_t stride, const int8_t *w, int32_t steps, const int P,
                      const int B) {
  for (int32_t i = 0; i < steps; i++, run += 4, w += B * STEP_FACTORS * CK_LANES) {
    step weights[TILE_BLOCKS];
UNROLL
    for (int b = 0; b < B; b++) weights[b] = step_weights(w + b * STEP_FACTORS * CK_LANES);
UNROLL
    for (int p = 0; p < P; p++) {
      const step factors = step_codes(word_at(run + p * stride));
UNROLL
      for (int b = 0; b < B; b++) sums[p][b] = (pair_sums)dot((integers)sums[p][b], factors, weights[b]);
    }
  }
}
#define FITS(a, r, first) \
  ((a)->largest && (a)->largest[((first) * (a)->xStride + (a)->offsets[r]) >> (a)->pixelShift] <= (a)->limits[r])
#else
#define add_exact add_clamped
#define FITS(a, r, first) 0
#endif

INLINE void pair_tile(const CKByteProduct *a, int64_t first, const int P, const int B) {
  pair_tile_sums sums;
UNROLL
  for (int p = 0; p < P; p++)
UNROLL
    for (int b = 0; b < B; b++)
      __builtin_memcpy(&sums[p][b * PAIR_VECTORS], a->to.bias + b * CK_LANES, sizeof(integers));
  const uint8_t *x = a->x + first * a->xStride;
  const int8_t *w = a->weights;
  const int64_t stride = a->xStride;
  for (int32_t r = 0; r < a->runs; r++, w += a->runSteps * B * 4 * CK_LANES) {
    if (FITS(a, r, first)) add_exact(sums, x + a->offsets[r], stride, w, a->runSteps, P, B);
    else add_clamped(sums, x + a->offsets[r], stride, w, a->runSteps, P, B);
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

// The larger code of each half of a pixel comes to the half's first byte.
INLINE void largest_of_halves(const uint8_t *x, uint8_t *y) {
  typedef uint8_t bytes __attribute__((vector_size(64)));
  typedef uint8_t loose_bytes __attribute__((vector_size(64), aligned(1)));
  typedef uint64_t halves __attribute__((vector_size(64)));
  typedef uint8_t firsts __attribute__((vector_size(8), aligned(1)));
  bytes v = *(const loose_bytes *)x;
  v = __builtin_elementwise_max(v, (bytes)((halves)v >> 32));
  v = __builtin_elementwise_max(v, (bytes)((halves)v >> 16));
  v = __builtin_elementwise_max(v, (bytes)((halves)v >> 8));
  const __auto_type first = __builtin_convertvector((halves)v & 255, firsts);
  __builtin_memcpy(y, &first, 8);
}

INLINE void largest_of_blocks(const uint8_t *x, int64_t pixels, uint8_t *y) {
  uint8_t halves[64];
  int64_t p = 0;
  for (; p + 32 <= pixels; p += 32) {
    for (int i = 0; i < 8; i++) largest_of_halves(x + (p + 4 * i) * CK_LANES, halves + 8 * i);
    for (int i = 0; i < 32; i++) y[p + i] = halves[2 * i] > halves[2 * i + 1] ? halves[2 * i] : halves[2 * i + 1];
  }
  for (; p < pixels; p++) y[p] = __builtin_reduce_max(*(const loose_codes *)(x + p * CK_LANES));
}

static void largest_codes(const uint8_t *x, int64_t pixels, int32_t lanes, int64_t pitch, int32_t span, uint8_t *y) {
  if (lanes == CK_LANES) largest_of_blocks(x, pixels, y);
  else
    for (int64_t p = 0; p < pixels; p++) {
      y[p] = 0;
      for (int c = 0; c < lanes; c++) y[p] = x[p * lanes + c] > y[p] ? x[p * lanes + c] : y[p];
    }
  for (int64_t reach = 1; reach < span; reach *= 2)
    for (int64_t p = 0; p < pixels - reach * pitch; p++)
      y[p] = y[p] > y[p + reach * pitch] ? y[p] : y[p + reach * pitch];
}
