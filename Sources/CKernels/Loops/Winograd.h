// Winograd's F(4×4, 3×3): tiles of 6 × 6 inputs give 4 × 4 outputs with 36 products per channel pair instead of 144
// (Lavin and Gray 2016, arXiv:1509.09308, section 4.3). Interpolated at 0, ±√½, ±√2 and ∞ instead of their 0, ±1, ±2 and
// ∞: no more operations, and half the rounding error.

#define NEAR 0.70710678118654752f
#define FAR 1.41421356237309505f

// One dimension of Bᵀ d B.
INLINE void input_transform(block *d, const int step) {
  const block d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step],
              d5 = d[5 * step];
  const block even = d4 - 2.0f * d2, odd = NEAR * (d3 - 2.0f * d1);
  const block far_even = d4 - 0.5f * d2, far_odd = FAR * (d3 - 0.5f * d1);
  d[0] = d0 - 2.5f * d2 + d4;
  d[step] = even + odd;
  d[2 * step] = even - odd;
  d[3 * step] = far_even + far_odd;
  d[4 * step] = far_even - far_odd;
  d[5 * step] = d1 - 2.5f * d3 + d5;
}

// One dimension of Aᵀ m A: six values to four.
INLINE void output_transform(block *m, const int step) {
  const block m0 = m[0], m1 = m[step], m2 = m[2 * step], m3 = m[3 * step], m4 = m[4 * step],
              m5 = m[5 * step];
  const block near = m1 + m2, near_odd = NEAR * (m1 - m2), far = m3 + m4,
              far_odd = FAR * (m3 - m4);
  m[0] = m0 + near + far;
  m[step] = near_odd + far_odd;
  m[2 * step] = 0.5f * near + 2.0f * far;
  m[3 * step] = 0.5f * near_odd + 2.0f * far_odd + m5;
}

static void winograd_input(const CKTiling *t, const float *x, int32_t first, int32_t count,
                           float *v, int64_t positionStride) {
  for (int32_t tile = 0; tile < count; tile++) {
    const int32_t top = (first + tile) / t->tilesAcross * 4 - t->padTop;
    const int32_t left = (first + tile) % t->tilesAcross * 4 - t->padLeft;
    block d[36];
    for (int i = 0; i < 6; i++) {
      const int32_t row = top + i;
      const int rowInside = row >= 0 && row < t->height;
      for (int j = 0; j < 6; j++) {
        const int32_t column = left + j;
        d[6 * i + j] = rowInside && column >= 0 && column < t->width
                           ? *(const block *)(x + ((int64_t)row * t->width + column) * CK_LANES)
                           : (block){};
      }
    }
    for (int j = 0; j < 6; j++) input_transform(d + j, 6);
    for (int i = 0; i < 6; i++) input_transform(d + 6 * i, 1);
    for (int i = 0; i < 36; i++)
      *(block *)(v + i * positionStride + tile * CK_LANES) = d[i];
  }
}

static void winograd_output(const CKTiling *t, const float *m, int64_t positionStride,
                            const float *bias, int32_t first, int32_t count, float *y,
                            const CKEpilogue *e) {
  const block b = *(const block *)bias;
  for (int32_t tile = 0; tile < count; tile++) {
    const int32_t top = (first + tile) / t->tilesAcross * 4;
    const int32_t left = (first + tile) % t->tilesAcross * 4;
    block d[36];
    for (int i = 0; i < 36; i++)
      d[i] = *(const block *)(m + i * positionStride + tile * CK_LANES);
    for (int j = 0; j < 6; j++) output_transform(d + j, 6);
    for (int i = 0; i < 4; i++) {
      output_transform(d + 6 * i, 1);
      if (top + i >= t->outHeight) break;
      for (int j = 0; j < 4 && left + j < t->outWidth; j++) {
        const int64_t offset = ((int64_t)(top + i) * t->outWidth + left + j) * CK_LANES;
        *(block *)(y + offset) = finished(d[6 * i + j] + b, e, offset);
      }
    }
  }
}
