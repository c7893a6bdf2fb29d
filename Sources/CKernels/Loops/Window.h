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

// The loops over P neighbouring outputs whose taps are those of `rows` and `columns`.
#define FOR_TAPS                                                                              \
  for (int32_t ky = rows.first; ky < rows.end; ky++)                                             \
    for (int32_t kx = columns.first; kx < columns.end; kx++)

INLINE const float *tap(const CKWindow *w, const float *x, int32_t row, int32_t column, int32_t ky,
                        int32_t kx) {
  const int64_t y = (int64_t)row * w->strideY - w->padTop + (int64_t)ky * w->dilationY;
  const int64_t c = (int64_t)column * w->strideX - w->padLeft + (int64_t)kx * w->dilationX;
  return x + (y * w->width + c) * CK_LANES;
}

// K > 0: all K columns of the window are inside, neighbours, and the stride is S; constants make straight-line code.
INLINE void depthwise_tile(const CKWindow *w, const float *x, const block *weights, block bias,
                           float *y, int32_t row, int32_t column, range rows, range columns,
                           const CKEpilogue *e, const int P, const int K, const int S) {
  block sums[P];
UNROLL
  for (int p = 0; p < P; p++) sums[p] = bias;
  if (K > 0) {
    for (int32_t ky = rows.first; ky < rows.end; ky++) {
      const float *line = tap(w, x, row, column, ky, 0);
UNROLL
      for (int kx = 0; kx < K; kx++)
UNROLL
        for (int p = 0; p < P; p++)
          sums[p] += weights[ky * K + kx] * *(const block *)(line + (p * S + kx) * CK_LANES);
    }
  } else {
    const int64_t stride = (int64_t)w->strideX * CK_LANES;
    FOR_TAPS {
      const block weight = weights[ky * w->kernelWidth + kx];
      const float *t = tap(w, x, row, column, ky, kx);
UNROLL
      for (int p = 0; p < P; p++) sums[p] += weight * *(const block *)(t + p * stride);
    }
  }
  const int64_t offset = ((int64_t)row * w->outWidth + column) * CK_LANES;
UNROLL
  for (int p = 0; p < P; p++)
    *(block *)(y + offset + p * CK_LANES) = finished(sums[p], e, offset + p * CK_LANES);
}

INLINE void max_tile(const CKWindow *w, const float *x, float *y, int32_t row, int32_t column,
                     range rows, range columns, const int P) {
  block largest[P];
UNROLL
  for (int p = 0; p < P; p++) largest[p] = all(-__builtin_inff());
  const int64_t stride = (int64_t)w->strideX * CK_LANES;
  FOR_TAPS {
    const float *t = tap(w, x, row, column, ky, kx);
UNROLL
  for (int p = 0; p < P; p++) {
      const block v = *(const block *)(t + p * stride);
      // The comparison keeps a NaN that is the largest; the other brings in a new one.
      largest[p] = choose(v != v, v, choose(v > largest[p], v, largest[p]));
    }
  }
  float *out = y + ((int64_t)row * w->outWidth + column) * CK_LANES;
UNROLL
  for (int p = 0; p < P; p++) *(block *)(out + p * CK_LANES) = largest[p];
}

INLINE void average_tile(const CKWindow *w, const float *x, float *y, int32_t row, int32_t column,
                         range rows, range columns, float divisor, const int P) {
  block sums[P];
UNROLL
  for (int p = 0; p < P; p++) sums[p] = (block){};
  const int64_t stride = (int64_t)w->strideX * CK_LANES;
  FOR_TAPS {
    const float *t = tap(w, x, row, column, ky, kx);
UNROLL
  for (int p = 0; p < P; p++) sums[p] += *(const block *)(t + p * stride);
  }
  const int32_t taps = (rows.end - rows.first) * (columns.end - columns.first);
  const float count = divisor > 0 ? divisor : (float)(taps > 0 ? taps : 1);
  float *out = y + ((int64_t)row * w->outWidth + column) * CK_LANES;
UNROLL
  for (int p = 0; p < P; p++) *(block *)(out + p * CK_LANES) = sums[p] / count;
}

// The outputs of a row whose windows lie wholly inside the plane.
INLINE range whole_columns(const CKWindow *w) {
  const int32_t reach = (w->kernelWidth - 1) * w->dilationX + 1;
  int32_t first = (w->padLeft + w->strideX - 1) / w->strideX;
  const int32_t room = w->width + w->padLeft - reach;
  int32_t end = room < 0 ? 0 : room / w->strideX + 1;
  end = end < w->outWidth ? end : w->outWidth;
  first = first < end ? first : end;
  return (range){first, end};
}

#if WINDOW_PIXELS == 8
#define WIDE_CASES(tile)                                                                         \
  case 4: tile(column, columns, 4); break;                                                       \
  case 5: tile(column, columns, 5); break;                                                       \
  case 6: tile(column, columns, 6); break;                                                       \
  case 7: tile(column, columns, 7); break;
#else
#define WIDE_CASES(tile)
#endif

// Runs `tile(column, columns, P)` over a row: singly where the window is cut off, else over up to WINDOW_PIXELS outputs in
// tiles of nearly equal size, since a thin tile waits for its own additions.
#define SWEEP_ROW(tile)                                                                          \
  const range rows =                                                                             \
      inside(row, w->strideY, w->padTop, w->dilationY, w->kernelHeight, w->height);              \
  for (int32_t column = 0; column < w->outWidth;) {                                              \
    if (column < whole.first || column >= whole.end) {                                           \
      const range columns =                                                                      \
          inside(column, w->strideX, w->padLeft, w->dilationX, w->kernelWidth, w->width);        \
      tile(column, columns, 1);                                                                  \
      column++;                                                                                  \
      continue;                                                                                  \
    }                                                                                            \
    const range columns = {0, w->kernelWidth};                                                   \
    const int32_t rest = whole.end - column;                                                     \
    const int32_t tiles = (rest + WINDOW_PIXELS - 1) / WINDOW_PIXELS;                            \
    const int32_t pixels = rest / tiles;                                                         \
    switch (pixels) {                                                                            \
    case 1: tile(column, columns, 1); break;                                                     \
    case 2: tile(column, columns, 2); break;                                                     \
    case 3: tile(column, columns, 3); break;                                                     \
    WIDE_CASES(tile)                                                                             \
    default: tile(column, columns, WINDOW_PIXELS);                                                   \
    }                                                                                            \
    column += pixels;                                                                            \
  }

// One instance per common window: a constant K and S turn the taps of a tile into straight-line code.
INLINE void depthwise_rows(const CKWindow *w, const float *x, const block *weights, block bias,
                           float *y, int32_t firstRow, int32_t endRow, const CKEpilogue *e,
                           const int K, const int S) {
  const range whole = whole_columns(w);
#define DEPTHWISE(column, columns, P)                                                            \
  if (K > 0 && P > 1)                                                                            \
    depthwise_tile(w, x, weights, bias, y, row, column, rows, columns, e, P, K, S);              \
  else                                                                                           \
    depthwise_tile(w, x, weights, bias, y, row, column, rows, columns, e, P, 0, 0)
  for (int32_t row = firstRow; row < endRow; row++) {
    SWEEP_ROW(DEPTHWISE)
  }
}

static void depthwise(const CKWindow *w, const float *x, const float *weights, const float *bias,
                      float *y, int32_t firstRow, int32_t endRow, const CKEpilogue *epilogue) {
  const CKEpilogue e = *epilogue;
  const block *taps = (const block *)weights;
  const block b = *(const block *)bias;
  switch (w->dilationX == 1 && w->strideX <= 2 ? 10 * w->kernelWidth + w->strideX : 0) {
  case 31: depthwise_rows(w, x, taps, b, y, firstRow, endRow, &e, 3, 1); break;
  case 32: depthwise_rows(w, x, taps, b, y, firstRow, endRow, &e, 3, 2); break;
  case 51: depthwise_rows(w, x, taps, b, y, firstRow, endRow, &e, 5, 1); break;
  case 52: depthwise_rows(w, x, taps, b, y, firstRow, endRow, &e, 5, 2); break;
  default: depthwise_rows(w, x, taps, b, y, firstRow, endRow, &e, 0, 0); break;
  }
}

static void max_pool(const CKWindow *w, const float *x, float *y) {
  const range whole = whole_columns(w);
#define MAX(column, columns, P) max_tile(w, x, y, row, column, rows, columns, P)
  for (int32_t row = 0; row < w->outHeight; row++) {
    SWEEP_ROW(MAX)
  }
}

static void average_pool(const CKWindow *w, const float *x, float *y, float divisor) {
  const range whole = whole_columns(w);
#define AVERAGE(column, columns, P) average_tile(w, x, y, row, column, rows, columns, divisor, P)
  for (int32_t row = 0; row < w->outHeight; row++) {
    SWEEP_ROW(AVERAGE)
  }
}
