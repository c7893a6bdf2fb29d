INLINE block all(float value) { return value - (block){}; }

INLINE block choose(mask condition, block yes, block no) {
  return (block)(((mask)yes & condition) | ((mask)no & ~condition));
}

// NaN fails both comparisons and passes on.
INLINE block clamped(block v, float low, float high) {
  block l = all(low), h = all(high);
  v = choose(v <= l, l, v);
  return choose(v >= h, h, v);
}

// The nearest code, the lowest for NaN.
INLINE block saturated(block v, float low, float high) {
  block l = all(low), h = all(high);
  v = choose(v > l, v, l);
  return choose(v < h, v, h);
}

// `offset` is that of the pixel's block in the output, and so in the residual.
INLINE block finished(block v, const CKEpilogue *e, int64_t offset) {
  if (e->residual) v += *(const loose_block *)(e->residual + offset);
  if (e->clamps) v = clamped(v, e->low, e->high);
  if (e->quantizes) {
    // Adding 1.5 · 2^23 rounds a float of magnitude below 2^22 to an integer, halves to even.
    const float shift = 12582912.0f;
    v = saturated(v / all(e->scale), e->lowCode, e->highCode);
    v = ((v + shift) - shift) * e->scale;
  }
  return v;
}
