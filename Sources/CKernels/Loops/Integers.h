// Integer arithmetic on codes that floats hold: |x| below 2^24, so sums and products of that size are exact.

// Adding 1.5 · 2^23 rounds a float of magnitude below 2^22 to an integer, halves to even.
INLINE float rounded(float x) {
  const float shift = 12582912.0f;
  return (x + shift) - shift;
}

static void steps(const float *x, int64_t count, float scale, float *y) {
  for (int64_t i = 0; i < count; i++) y[i] = rounded(x[i] / scale);
}

static void add_scaled(const float *x, int64_t count, int32_t factor, int32_t *sums) {
  for (int64_t i = 0; i < count; i++) sums[i] += factor * (int32_t)x[i];
}

INLINE int32_t clamped_away(float sum) {
  const float within = sum > 32767.0f ? 32767.0f : sum < -32768.0f ? -32768.0f : sum;
  return (int32_t)(sum - within);
}

static void clamp_pairs(const CKPair *pair, int64_t count, int32_t *excess) {
  const CKPair p = *pair;
  const float offset = p.zero * (p.w0 + p.w1);
  if (p.stride == 1) {
    for (int64_t i = 0; i < count; i++)
      excess[i] += clamped_away(p.x0[i] * p.w0 + p.x1[i] * p.w1 + offset);
  } else {
    for (int64_t i = 0; i < count; i++)
      excess[i] += clamped_away(p.x0[i * p.stride] * p.w0 + p.x1[i * p.stride] * p.w1 + offset);
  }
}

INLINE float requantized(int32_t sum, int32_t bias, float factor, const CKRequantization *to) {
  // Sums wrap around, as in the processor.
  float v = (float)(int32_t)((uint32_t)sum + (uint32_t)bias) * factor;
  if (!to->rounds) return v;
  v = v > to->lowCode ? v : to->lowCode;
  return rounded(v < to->highCode ? v : to->highCode) * to->scale;
}

static void requantize(const int32_t *sums, int64_t rows, int64_t columns, const CKRequantization *to, float *y) {
  const CKRequantization t = *to;
  for (int64_t r = 0; r < rows; r++, sums += columns, y += columns)
    for (int64_t i = 0; i < columns; i++) y[i] = requantized(sums[i], t.bias[i], t.factors[i], &t);
}
