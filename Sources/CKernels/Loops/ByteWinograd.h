// Winograd's F(4×4, 3×3) on codes, exactly: at 0, ±1, ±2 and ∞ with all transforms in integers. The weights' transform is
// scaled by rows, 4, 6, 6, 24, 24 and 1, so that it is one of integers; the transform back makes up for it, so that results
// are 576 times too large, modulo 2^32. Divided by 9 in that arithmetic and by 64, they are exact below 2^25.

// Transformed codes are below 2^15; what leads to them may wrap around.
typedef uint16_t words __attribute__((vector_size(32)));
typedef uint32_t wrapping __attribute__((vector_size(64)));

// One dimension of Bᵀ d B.
INLINE void transform_codes(words *d, const int step) {
  const words d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  const words even = d4 - 4 * d2, odd = d3 - 4 * d1, far_even = d4 - d2, far_odd = 2 * (d3 - d1);
  d[0] = 4 * d0 - 5 * d2 + d4;
  d[step] = even + odd;
  d[2 * step] = even - odd;
  d[3 * step] = far_even + far_odd;
  d[4 * step] = far_even - far_odd;
  d[5 * step] = 4 * d1 - 5 * d3 + d5;
}

// One dimension of Aᵀ m A, 24 times: six values to four.
INLINE void transform_sums(wrapping *m, const int step) {
  const wrapping m0 = m[0], m1 = m[step], m2 = m[2 * step], m3 = m[3 * step], m4 = m[4 * step], m5 = m[5 * step];
  const wrapping near = 4 * (m1 + m2), near_odd = 4 * (m1 - m2), far = m3 + m4, far_odd = 2 * (m3 - m4);
  m[0] = 6 * m0 + near + far;
  m[step] = near_odd + far_odd;
  m[2 * step] = near + 4 * far;
  m[3 * step] = near_odd + 4 * far_odd + 24 * m5;
}

static void winograd_codes(const CKTiling *tiling, const uint8_t *x, uint8_t zeroPoint, int32_t first, int32_t count,
                           int16_t *v, int64_t positionStride) {
  const CKTiling copy = *tiling, *t = &copy;
  const codes outside = zeroPoint - (codes){};
  for (int32_t tile = 0; tile < count; tile++) {
    const int32_t top = (first + tile) / t->tilesAcross * 4 - t->padTop;
    const int32_t left = (first + tile) % t->tilesAcross * 4 - t->padLeft;
    words d[36];
    for (int i = 0; i < 6; i++) {
      const int32_t row = top + i;
      const int rowInside = row >= 0 && row < t->height;
      for (int j = 0; j < 6; j++) {
        const int32_t column = left + j;
        const codes c = rowInside && column >= 0 && column < t->width
                            ? *(const loose_codes *)(x + ((int64_t)row * t->width + column) * CK_LANES)
                            : outside;
        d[6 * i + j] = __builtin_convertvector(c, words);
      }
    }
    for (int j = 0; j < 6; j++) transform_codes(d + j, 6);
    for (int i = 0; i < 6; i++) transform_codes(d + 6 * i, 1);
    for (int i = 0; i < 36; i++) *(words *)(v + i * positionStride + tile * CK_LANES) = d[i];
  }
}

static void winograd_sums(const CKTiling *tiling, const int32_t *m, int64_t positionStride, int32_t first, int32_t count,
                          const CKCodeEpilogue *epilogue, const CKCodeResidual *residual, uint8_t *y, float *values) {
  const CKTiling copy = *tiling, *t = &copy;
  const CKCodeResidual r = *residual;
  const ending e = ending_of(epilogue, 0);
  for (int32_t tile = 0; tile < count; tile++) {
    const int32_t top = (first + tile) / t->tilesAcross * 4;
    const int32_t left = (first + tile) % t->tilesAcross * 4;
    wrapping d[36];
    for (int i = 0; i < 36; i++) d[i] = *(const wrapping *)(m + i * positionStride + tile * CK_LANES);
    for (int j = 0; j < 6; j++) transform_sums(d + j, 6);
    for (int i = 0; i < 4; i++) {
      transform_sums(d + 6 * i, 1);
      if (top + i >= t->outHeight) break;
      for (int j = 0; j < 4 && left + j < t->outWidth; j++) {
        const int64_t offset = ((int64_t)(top + i) * t->outWidth + left + j) * CK_LANES;
        const integers sum = ((integers)(d[6 * i + j] * 0x38E38E39u) >> 6) + e.bias;
        store_result(sum, &e, &r, offset, y, values);
      }
    }
  }
}
