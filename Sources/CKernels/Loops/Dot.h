// The smallest step of a product of codes with weights: 32 bits of codes times the weights of 16 outputs, exact in 32-bit
// sums. Where the processor multiplies bytes, a step takes four of them; elsewhere two codes of 16 bits each.

typedef int32_t integers __attribute__((vector_size(64)));
typedef int32_t loose_integers __attribute__((vector_size(64), aligned(4)));
typedef uint8_t codes __attribute__((vector_size(16)));
typedef uint8_t loose_codes __attribute__((vector_size(16), aligned(1)));

#if HAS_VNNI
#define STEP_FACTORS 4
typedef __m512i step;
INLINE step step_weights(const int8_t *w) { return _mm512_loadu_si512(w); }
INLINE step step_codes(int32_t x) { return _mm512_set1_epi32(x); }
INLINE integers dot(integers sum, step x, step w) { return (integers)_mm512_dpbusd_epi32((__m512i)sum, x, w); }
INLINE integers dot_words(integers sum, step x, step w) { return (integers)_mm512_dpwssd_epi32((__m512i)sum, x, w); }

// Four neighbouring pixels, those of a channel side by side.
INLINE step neighbours(const uint8_t *x) {
  const __m512i words = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i bytes = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  __m512i v = _mm512_permutexvar_epi32(words, _mm512_loadu_si512(x));
  // Else the compiler makes six instructions of these two.
  __asm__("" : "+v"(v));
  return _mm512_shuffle_epi8(v, bytes);
}

#elif TILE_PIXELS == 14
#define STEP_FACTORS 2
typedef __m512i step;
INLINE step step_weights(const int8_t *w) { return _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)w)); }
INLINE step step_codes(int32_t x) { return _mm512_set1_epi32(x); }
INLINE integers dot(integers sum, step x, step w) { return sum + (integers)_mm512_madd_epi16(x, w); }

#elif TILE_PIXELS == 6
#define STEP_FACTORS 2
typedef struct {
  __m256i low, high;
} step;
INLINE step step_weights(const int8_t *w) {
  return (step){_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w)),
                _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w + 1))};
}
INLINE step step_codes(int32_t x) { return (step){_mm256_set1_epi32(x), _mm256_set1_epi32(x)}; }
INLINE integers dot(integers sum, step x, step w) {
  typedef int32_t half __attribute__((vector_size(32)));
  const half low = (half)_mm256_madd_epi16(x.low, w.low), high = (half)_mm256_madd_epi16(x.high, w.high);
  return sum + __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

#else
#define STEP_FACTORS 2
typedef int16_t step __attribute__((vector_size(64)));
INLINE step step_weights(const int8_t *w) {
  typedef int8_t bytes __attribute__((vector_size(32), aligned(1)));
  return __builtin_convertvector(*(const bytes *)w, step);
}
INLINE step step_codes(int32_t x) { return (step)(x - (integers){}); }
INLINE integers dot(integers sum, step x, step w) {
  typedef int16_t half __attribute__((vector_size(32)));
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define WIDE(v, lanes) __builtin_convertvector((half)__builtin_shufflevector(v, v, lanes), integers)
  return sum + (WIDE(x, EVEN) * WIDE(w, EVEN) + WIDE(x, ODD) * WIDE(w, ODD));
}
#endif

// Two integers of 16 bits times those of 16 outputs.
INLINE step word_weights(const int16_t *w) { return *(const step *)w; }

#if STEP_FACTORS == 2
INLINE integers dot_words(integers sum, step x, step w) { return dot(sum, x, w); }

// Two neighbouring pixels, those of a channel side by side.
INLINE step neighbours(const uint8_t *x) {
  const codes a = *(const loose_codes *)x, b = *(const loose_codes *)(x + CK_LANES);
  typedef uint8_t pairs __attribute__((vector_size(32)));
  typedef int16_t wide __attribute__((vector_size(64)));
  const pairs both = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25,
                                             10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const wide widened = __builtin_convertvector(both, wide);
  step result;
  __builtin_memcpy(&result, &widened, sizeof result);
  return result;
}
#endif
