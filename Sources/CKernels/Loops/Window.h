// Sliding windows over one plane. Rows and columns of the window that fall outside the plane are left out, so
// nothing is padded.

typedef struct {
  int32_t first, end;
} range;

// The taps of an axis that lie inside the plane for output position `at`.
INLINE range inside(int32_t at, int32_t stride, int32_t pad, int32_t dilation, int32_t kernel,
                    int32_t size) {
  const int32_t start = at * stride - pad;
  const int32_t first = start < 0 ? (-start + dilation - 1) / dilation : 0;
  int32_t end = start >= size ? 0 : (size - start + dilation - 1) / dilation;
  end = end < kernel ? end : kernel;
  return (range){first, end > first ? end : first};
}

#define WINDOW_PIXELS 8

// The loops over P neighbouring outputs whose taps are those of `rows` and `columns`.
#define FOR_TAPS(P)                                                                              \
  for (int32_t ky = rows.first; ky < rows.end; ky++)                                             \
    for (int32_t kx = columns.first; kx < columns.end; kx++)

INLINE const float *tap(const CKWindow *w, const float *x, int32_t row, int32_t column, int32_t ky,
                        int32_t kx) {
  const int64_t y = (int64_t)row * w->strideY - w->padTop + (int64_t)ky * w->dilationY;
  const int64_t c = (int64_t)column * w->strideX - w->padLeft + (int64_t)kx * w->dilationX;
  return x + (y * w->width + c) * CK_LANES;
}

INLINE void depthwise_tile(const CKWindow *w, const float *x, const block *weights, block bias,
                           float *y, int32_t row, int32_t column, range rows, range columns,
                           const CKEpilogue *e, const int P) {
  block sums[P];
  for (int p = 0; p < P; p++) sums[p] = bias;
  const int64_t stride = (int64_t)w->strideX * CK_LANES;
  FOR_TAPS(P) {
    const block weight = weights[ky * w->kernelWidth + kx];
    const float *t = tap(w, x, row, column, ky, kx);
    for (int p = 0; p < P; p++) sums[p] += weight * *(const block *)(t + p * stride);
  }
  const int64_t offset = ((int64_t)row * w->outWidth + column) * CK_LANES;
  for (int p = 0; p < P; p++)
    *(block *)(y + offset + p * CK_LANES) = finished(sums[p], e, offset + p * CK_LANES);
}

INLINE void max_tile(const CKWindow *w, const float *x, float *y, int32_t row, int32_t column,
                     range rows, range columns, const int P) {
  block largest[P];
  for (int p = 0; p < P; p++) largest[p] = all(-__builtin_inff());
  const int64_t stride = (int64_t)w->strideX * CK_LANES;
  FOR_TAPS(P) {
    const float *t = tap(w, x, row, column, ky, kx);
    for (int p = 0; p < P; p++) {
      const block v = *(const block *)(t + p * stride);
      largest[p] = choose(v > largest[p], v, largest[p]);
    }
  }
  float *out = y + ((int64_t)row * w->outWidth + column) * CK_LANES;
  for (int p = 0; p < P; p++) *(block *)(out + p * CK_LANES) = largest[p];
}

INLINE void average_tile(const CKWindow *w, const float *x, float *y, int32_t row, int32_t column,
                         range rows, range columns, float divisor, const int P) {
  block sums[P];
  for (int p = 0; p < P; p++) sums[p] = (block){};
  const int64_t stride = (int64_t)w->strideX * CK_LANES;
  FOR_TAPS(P) {
    const float *t = tap(w, x, row, column, ky, kx);
    for (int p = 0; p < P; p++) sums[p] += *(const block *)(t + p * stride);
  }
  const int32_t taps = (rows.end - rows.first) * (columns.end - columns.first);
  const float count = divisor > 0 ? divisor : (float)(taps > 0 ? taps : 1);
  float *out = y + ((int64_t)row * w->outWidth + column) * CK_LANES;
  for (int p = 0; p < P; p++) *(block *)(out + p * CK_LANES) = sums[p] / count;
}

// Calls `one` for each output whose window is cut off at the left or right, `many` for eight of the others.
#define SWEEP_ROW(one, many)                                                                     \
  const range rows = inside(row, w->strideY, w->padTop, w->dilationY, w->kernelHeight, w->height); \
  for (int32_t column = 0; column < w->outWidth;) {                                              \
    const range columns =                                                                        \
        inside(column, w->strideX, w->padLeft, w->dilationX, w->kernelWidth, w->width);          \
    const int32_t last = column + WINDOW_PIXELS - 1;                                             \
    if (last < w->outWidth) {                                                                    \
      const range end =                                                                          \
          inside(last, w->strideX, w->padLeft, w->dilationX, w->kernelWidth, w->width);          \
      if (columns.first == 0 && end.first == 0 && columns.end == w->kernelWidth &&               \
          end.end == w->kernelWidth) {                                                           \
        many;                                                                                    \
        column += WINDOW_PIXELS;                                                                 \
        continue;                                                                                \
      }                                                                                          \
    }                                                                                            \
    one;                                                                                         \
    column++;                                                                                    \
  }

static void depthwise(const CKWindow *w, const float *x, const float *weights, const float *bias,
                      float *y, int32_t firstRow, int32_t endRow, const CKEpilogue *e) {
  const block *taps = (const block *)weights;
  const block b = *(const block *)bias;
  for (int32_t row = firstRow; row < endRow; row++) {
    SWEEP_ROW(depthwise_tile(w, x, taps, b, y, row, column, rows, columns, e, 1),
              depthwise_tile(w, x, taps, b, y, row, column, rows, columns, e, WINDOW_PIXELS))
  }
}

static void max_pool(const CKWindow *w, const float *x, float *y) {
  for (int32_t row = 0; row < w->outHeight; row++) {
    SWEEP_ROW(max_tile(w, x, y, row, column, rows, columns, 1),
              max_tile(w, x, y, row, column, rows, columns, WINDOW_PIXELS))
  }
}

static void average_pool(const CKWindow *w, const float *x, float *y, float divisor) {
  for (int32_t row = 0; row < w->outHeight; row++) {
    SWEEP_ROW(average_tile(w, x, y, row, column, rows, columns, divisor, 1),
              average_tile(w, x, y, row, column, rows, columns, divisor, WINDOW_PIXELS))
  }
}
