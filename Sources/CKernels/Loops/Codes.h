// Products of unsigned with signed bytes, each sum of two clamped to 16 bits before it is added: what x86 without VNNI
// computes. Where the processor has the instruction that does so, it is used.

#if TILE_PIXELS == 14
#define CODE_ROWS 12
#define CODE_VECTORS 1
typedef __m512i code_vector;
#define CODE_LOAD(p) _mm512_loadu_si512(p)
#define CODE_SPREAD(v) _mm512_set1_epi32(v)
#define CODE_ONES _mm512_set1_epi16(1)
#define CODE_ADD(sum, x, w, ones) _mm512_add_epi32(sum, _mm512_madd_epi16(_mm512_maddubs_epi16(x, w), ones))
#elif TILE_PIXELS == 6
#define CODE_ROWS 4
#define CODE_VECTORS 2
typedef __m256i code_vector;
#define CODE_LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define CODE_SPREAD(v) _mm256_set1_epi32(v)
#define CODE_ONES _mm256_set1_epi16(1)
#define CODE_ADD(sum, x, w, ones) _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(x, w), ones))
#else
#define CODE_ROWS 2
#define CODE_VECTORS 1
typedef int32_t code_vector __attribute__((vector_size(64)));
typedef struct {
  int8_t bytes[64];
} code_weights;
INLINE code_weights load_codes(const int8_t *p) {
  code_weights w;
  __builtin_memcpy(&w, p, sizeof w);
  return w;
}
INLINE int32_t clamped_sum(int32_t sum) { return sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum; }
INLINE code_vector add_codes(code_vector sum, int32_t x, code_weights w) {
  uint8_t c[4];
  __builtin_memcpy(c, &x, sizeof c);
  for (int i = 0; i < CK_LANES; i++) {
    const int8_t *v = w.bytes + 4 * i;
    sum[i] += clamped_sum(c[0] * v[0] + c[1] * v[1]) + clamped_sum(c[2] * v[2] + c[3] * v[3]);
  }
  return sum;
}
#define CODE_LOAD(p) load_codes(p)
#define CODE_SPREAD(v) (v)
#define CODE_ONES 0
#define CODE_ADD(sum, x, w, ones) add_codes(sum, x, w)
#endif

INLINE void store_codes(const CKCodeProduct *a, const int32_t *sums, int64_t row, int b) {
  float *y = a->y + row * a->yStride + b * a->yBlockStride;
  const int32_t *bias = a->to.bias + b * CK_LANES;
  const float *factors = a->to.factors + b * CK_LANES;
  for (int i = 0; i < CK_LANES; i++) y[i] = requantized(sums[i], bias[i], factors[i], &a->to);
}

// R rows by B blocks of output channels stay in registers for the whole sum.
INLINE void code_tile(const CKCodeProduct *a, int64_t first, const int R, const int B) {
  code_vector sums[R][B * CODE_VECTORS];
UNROLL
  for (int r = 0; r < R; r++)
UNROLL
    for (int b = 0; b < B * CODE_VECTORS; b++) sums[r][b] = (code_vector){0};
  const uint8_t *x = a->x + first * a->xStride;
  const int8_t *w = a->weights;
  const __auto_type ones = CODE_ONES;
  (void)ones;
  for (int32_t k = 0; k < a->depth; k += 4, x += 4) {
    for (int b = 0; b < B * CODE_VECTORS; b++) {
      const __auto_type weights = CODE_LOAD(w);
      w += 64 / CODE_VECTORS;
UNROLL
      for (int r = 0; r < R; r++) {
        int32_t four;
        __builtin_memcpy(&four, x + r * a->xStride, sizeof four);
        sums[r][b] = CODE_ADD(sums[r][b], CODE_SPREAD(four), weights, ones);
      }
    }
  }
UNROLL
  for (int r = 0; r < R; r++)
UNROLL
    for (int b = 0; b < B; b++) {
      int32_t lanes[CK_LANES];
      __builtin_memcpy(lanes, &sums[r][b * CODE_VECTORS], sizeof lanes);
      store_codes(a, lanes, first + r, b);
    }
}

#if CODE_ROWS == 12
#define CODE_PIXELS(tile, B)                                                                     \
  tile(1, B) tile(2, B) tile(3, B) tile(4, B) tile(5, B) tile(6, B) tile(7, B) tile(8, B)        \
  tile(9, B) tile(10, B) tile(11, B) tile(12, B)
#elif CODE_ROWS == 4
#define CODE_PIXELS(tile, B) tile(1, B) tile(2, B) tile(3, B) tile(4, B)
#else
#define CODE_PIXELS(tile, B) tile(1, B) tile(2, B)
#endif

#define CODE_TILE(R, B) \
  case R: code_tile(a, first, R, B); break;

static void multiply_codes(const CKCodeProduct *product) {
  const CKCodeProduct copy = *product, *a = &copy;
  int64_t tiles = (a->rows + CODE_ROWS - 1) / CODE_ROWS;
  for (int64_t first = 0; tiles > 0; tiles--) {
    const int64_t rows = (a->rows - first) / tiles;
    if (a->blocks == 1) {
      switch (rows) { CODE_PIXELS(CODE_TILE, 1) }
    } else {
#if TILE_BLOCKS == 2
      switch (rows) { CODE_PIXELS(CODE_TILE, 2) }
#endif
    }
    first += rows;
  }
}

// Blocked floats on a grid, pixel after pixel, channels side by side.
static void to_codes(const float *x, int64_t pixels, int32_t channels, float scale, float zero, uint8_t *codes,
                     int64_t stride) {
  for (int64_t p = 0; p < pixels; p++, x += CK_LANES, codes += stride) {
    uint8_t lanes[CK_LANES];
    for (int i = 0; i < CK_LANES; i++) {
      const float v = x[i] / scale + zero;
      const float raised = v > 0 ? v : 0;
      lanes[i] = (uint8_t)(int32_t)rounded(raised < 255 ? raised : 255);
    }
    if (channels == CK_LANES) {
      __builtin_memcpy(codes, lanes, CK_LANES);
    } else {
      for (int i = 0; i < channels; i++) codes[i] = lanes[i];
    }
  }
}
