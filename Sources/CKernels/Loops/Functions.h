// Functions that networks compute for every element. No product is contracted with a sum, so that every instruction set
// gives the same bits, which are those of the engine's `exponential` and `errorFunction`.
#pragma STDC FP_CONTRACT OFF

typedef uint32_t bits __attribute__((vector_size(64)));

INLINE block power_of_two(bits exponent) { return (block)((exponent + 127) << 23); }

INLINE block exponential(block x) {
  // NaN fails both comparisons and passes on.
  const block raised = choose(x < all(-87.4f), all(-87.4f), x);
  const block clamped = choose(raised > all(88.8f), all(88.8f), raised);
  const block shifted = clamped * 1.44269504f + 12582912.0f;
  const block n = shifted - 12582912.0f;
  const block r = (clamped - n * 0.693359375f) + n * 2.1219444e-4f;
  const block s = r * r;
  const block even = 1 + s * (1.0f / 2 + s * (1.0f / 24 + s * (1.0f / 720)));
  const block odd = 1 + s * (1.0f / 6 + s * (1.0f / 120 + s * (1.0f / 5040)));
  const bits exponent = (bits)shifted - 0x4B400000u;
  const bits half = (bits)((mask)exponent >> 1);
  const block result = (even + r * odd) * power_of_two(half) * power_of_two(exponent - half);
  return choose(x < all(-87.33654f), all(0), result);
}

INLINE block tail_of_error_function(block x, block square) {
  const block t = 1 / (1 + 0.3275911f * x);
  const block p =
      t * (0.254829592f +
           t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
  return p * exponential(-square);
}

INLINE block series_of_error_function(block square) {
  const block s = choose(square < all(1), square, all(1));
  const block high =
      -1.0f / 1320 + s * (1.0f / 9360 + s * (-1.0f / 75600 + s * (1.0f / 685440 - s * (1.0f / 6894720))));
  const block low =
      1 - s * (1.0f / 3 - s * (1.0f / 10 - s * (1.0f / 42 - s * (1.0f / 216 + s * high))));
  return 1.128379167f * low;
}

INLINE block error_function(block x) {
  const block square = x * x, magnitude = (block)((mask)x & 0x7fffffff);
  const mask isLarge = magnitude > all(1);
  const block tail = choose(isLarge, 1 - tail_of_error_function(magnitude, square), all(0));
  return choose(isLarge, choose(x < all(0), -tail, tail), x * series_of_error_function(square));
}

INLINE block gelu_of(block x) { return 0.5f * x * (1 + error_function(x * 0.70710678f)); }

INLINE void map(const float *x, int64_t count, float *y, block (*function)(block)) {
  const int64_t whole = count / CK_LANES * CK_LANES;
  for (int64_t i = 0; i < whole; i += CK_LANES)
    *(loose_block *)(y + i) = function(*(const loose_block *)(x + i));
  if (whole == count) return;
  float rest[CK_LANES] = {0};
  for (int64_t i = whole; i < count; i++) rest[i - whole] = x[i];
  *(loose_block *)rest = function(*(loose_block *)rest);
  for (int64_t i = whole; i < count; i++) y[i] = rest[i - whole];
}

static void erf_each(const float *x, int64_t count, float *y) { map(x, count, y, error_function); }

static void gelu(const float *x, int64_t count, float *y) { map(x, count, y, gelu_of); }

// The lanes of the largest and of the total are reduced in an order that is always the same.
static void softmax(const float *x, int64_t count, float *y) {
  const int64_t whole = count / CK_LANES * CK_LANES, left = count - whole;
  float rest[CK_LANES];
  for (int i = 0; i < CK_LANES; i++) rest[i] = i < left ? x[whole + i] : -__builtin_inff();
  const block last = *(loose_block *)rest;

  block largest = choose(last > all(-__builtin_inff()), last, all(-__builtin_inff()));
  for (int64_t i = 0; i < whole; i += CK_LANES) {
    const block v = *(const loose_block *)(x + i);
    largest = choose(v > largest, v, largest);
  }
  float shift = largest[0];
  for (int i = 1; i < CK_LANES; i++) shift = largest[i] > shift ? largest[i] : shift;

  block total = all(0);
  for (int64_t i = 0; i < whole; i += CK_LANES) {
    const block e = exponential(*(const loose_block *)(x + i) - shift);
    *(loose_block *)(y + i) = e;
    total += e;
  }
  *(loose_block *)rest = exponential(last - shift);
  float sum = 0;
  for (int i = 0; i < CK_LANES; i++) sum += total[i];
  for (int i = 0; i < left; i++) sum += rest[i];

  for (int64_t i = 0; i < whole; i += CK_LANES)
    *(loose_block *)(y + i) = *(loose_block *)(y + i) / all(sum);
  for (int i = 0; i < left; i++) y[whole + i] = rest[i] / sum;
}

#pragma STDC FP_CONTRACT DEFAULT
