// Sliding windows over one plane of bytes.

INLINE const uint8_t *byte_tap(const CKWindow *w, const uint8_t *x, int32_t row, int32_t column, int32_t ky, int32_t kx) {
  const int64_t y = (int64_t)row * w->strideY - w->padTop + (int64_t)ky * w->dilationY;
  const int64_t c = (int64_t)column * w->strideX - w->padLeft + (int64_t)kx * w->dilationX;
  return x + (y * w->width + c) * CK_LANES;
}

// Where results go: codes, or values where that is not null.
typedef struct {
  uint8_t *codes;
  float *values;
} results;

INLINE void store_own(integers sum, const ending *e, results y, int64_t offset) {
  if (y.values) *(loose_block *)(y.values + offset) = value_of_sum(sum, e);
  else *(loose_codes *)(y.codes + offset) = code_of(requantized_steps(sum, e), &e->grid);
}

// Steps of a row of a window.
#define ROW_STEPS(K) (((K) + STEP_FACTORS - 1) / STEP_FACTORS)

// R outputs below each other, whose lines of the input are put side by side once. K is the window's size, S its stride.
INLINE void depthwise_column(const uint8_t *const *lines, int64_t at, const step *weights, const ending *e, results y,
                             int64_t offset, int64_t outLine, const int R, const int K, const int S) {
  integers sums[4];
UNROLL
  for (int r = 0; r < R; r++) sums[r] = e->bias;
UNROLL
  for (int i = 0; i < (R - 1) * S + K; i++)
UNROLL
    for (int s = 0; s < ROW_STEPS(K); s++) {
      const step taps = neighbours(lines[i] + at + s * STEP_FACTORS * CK_LANES);
UNROLL
      for (int r = 0; r < R; r++) {
        const int ky = i - r * S;
        if (ky >= 0 && ky < K) sums[r] = dot(sums[r], taps, weights[ky * ROW_STEPS(K) + s]);
      }
    }
UNROLL
  for (int r = 0; r < R; r++) store_own(sums[r], e, y, offset + r * outLine);
}

// Straight-line code for several rows is large; without wide registers it gains little.
#if WINDOW_PIXELS < 4
#define MOST_ROWS 1
#else
#define MOST_ROWS 4
#endif
#define MOST_LINES 11
#define MOST_STEPS (5 * ROW_STEPS(5))

// R rows of outputs. Windows that reach beyond a line are copied first, also those that would read beyond the plane with a
// step's unused factors.
INLINE void depthwise_rows_of_bytes(const CKWindow *w, const uint8_t *x, const uint8_t *blank, const step *weights,
                                    const ending *e, results y, int32_t row, const int R, const int K, const int S) {
  const int count = (R - 1) * S + K, reach = ROW_STEPS(K) * STEP_FACTORS;
  const int64_t outLine = (int64_t)w->outWidth * CK_LANES;
  const uint8_t *lines[MOST_LINES], *patched[MOST_LINES];
  uint8_t patch[MOST_LINES][8 * CK_LANES];
  for (int i = 0; i < count; i++) {
    const int32_t line = row * S - w->padTop + i;
    lines[i] = line >= 0 && line < w->height ? x + (int64_t)line * w->width * CK_LANES : blank;
    patched[i] = patch[i];
  }
  const int span = row * S - w->padTop + count >= w->height ? reach : K;
  int64_t offset = row * outLine;
  for (int32_t column = 0; column < w->outWidth; column++, offset += CK_LANES) {
    const int32_t left = column * S - w->padLeft;
    if (left >= 0 && left + span <= w->width) {
      depthwise_column(lines, (int64_t)left * CK_LANES, weights, e, y, offset, outLine, R, K, S);
      continue;
    }
    for (int i = 0; i < count; i++)
      for (int k = 0; k < reach; k++) {
        const int isInside = left + k >= 0 && left + k < w->width;
        *(loose_codes *)(patch[i] + k * CK_LANES) =
            *(const loose_codes *)(isInside ? lines[i] + (left + k) * CK_LANES : blank);
      }
    depthwise_column(patched, 0, weights, e, y, offset, outLine, R, K, S);
  }
}

INLINE void depthwise_window(const CKWindow *w, const uint8_t *x, const uint8_t *blank, const int8_t *packed,
                             const ending *e, results y, const int K, const int S) {
  step weights[MOST_STEPS];
UNROLL
  for (int i = 0; i < K * ROW_STEPS(K); i++) weights[i] = step_weights(packed + i * STEP_FACTORS * CK_LANES);
#define ROWS_CASE(R) \
  case R: depthwise_rows_of_bytes(w, x, blank, weights, e, y, row, R, K, S); break;
  int32_t bands = (w->outHeight + MOST_ROWS - 1) / MOST_ROWS;
  for (int32_t row = 0; bands > 0; bands--) {
    const int32_t rows = (w->outHeight - row) / bands;
    switch (rows) {
      ROWS_CASE(1)
#if MOST_ROWS == 4
      ROWS_CASE(2) ROWS_CASE(3) ROWS_CASE(4)
#endif
    }
    row += rows;
  }
}

// Any window, tap by tap.
static void depthwise_taps(const CKWindow *w, const uint8_t *x, const uint8_t *blank, const int8_t *weights,
                           const ending *e, results y) {
  int64_t offset = 0;
  const int32_t rowTaps = ROW_STEPS(w->kernelWidth) * STEP_FACTORS;
  for (int32_t row = 0; row < w->outHeight; row++)
    for (int32_t column = 0; column < w->outWidth; column++, offset += CK_LANES) {
      const range rows = inside(row, w->strideY, w->padTop, w->dilationY, w->kernelHeight, w->height);
      const range columns = inside(column, w->strideX, w->padLeft, w->dilationX, w->kernelWidth, w->width);
      integers sum = e->bias;
      for (int32_t ky = 0; ky < w->kernelHeight; ky++)
        for (int32_t kx = 0; kx < w->kernelWidth; kx++) {
          const int32_t tap = ky * rowTaps + kx;
          const int8_t *own = weights + tap / STEP_FACTORS * STEP_FACTORS * CK_LANES + tap % STEP_FACTORS;
          const int isInside = ky >= rows.first && ky < rows.end && kx >= columns.first && kx < columns.end;
          const uint8_t *c = isInside ? byte_tap(w, x, row, column, ky, kx) : blank;
          for (int lane = 0; lane < CK_LANES; lane++) sum[lane] += c[lane] * own[lane * STEP_FACTORS];
        }
      store_own(sum, e, y, offset);
    }
}

static void depthwise_bytes(const CKWindow *window, const uint8_t *x, const uint8_t *blank, const int8_t *weights,
                            const CKCodeEpilogue *epilogue, uint8_t *codes, float *values) {
  const CKWindow copy = *window, *w = &copy;
  const results y = {codes, values};
  const ending e = ending_of(epilogue, 0);
  const int isSquare = w->kernelHeight == w->kernelWidth && w->strideY == w->strideX;
  switch (isSquare && w->dilationX == 1 && w->dilationY == 1 ? 10 * w->kernelWidth + w->strideX : 0) {
  case 31: depthwise_window(w, x, blank, weights, &e, y, 3, 1); break;
  case 32: depthwise_window(w, x, blank, weights, &e, y, 3, 2); break;
  case 51: depthwise_window(w, x, blank, weights, &e, y, 5, 1); break;
  case 52: depthwise_window(w, x, blank, weights, &e, y, 5, 2); break;
  default: depthwise_taps(w, x, blank, weights, &e, y); break;
  }
}

INLINE void max_codes_tile(const CKWindow *w, const uint8_t *x, uint8_t *y, int32_t row, int32_t column, range rows,
                           range columns, const int P) {
  codes largest[P];
UNROLL
  for (int p = 0; p < P; p++) largest[p] = (codes){};
  const int64_t stride = (int64_t)w->strideX * CK_LANES;
  FOR_TAPS {
    const uint8_t *t = byte_tap(w, x, row, column, ky, kx);
UNROLL
    for (int p = 0; p < P; p++)
      largest[p] = __builtin_elementwise_max(largest[p], (codes) * (const loose_codes *)(t + p * stride));
  }
  uint8_t *out = y + ((int64_t)row * w->outWidth + column) * CK_LANES;
UNROLL
  for (int p = 0; p < P; p++) *(loose_codes *)(out + p * CK_LANES) = largest[p];
}

static void max_pool_bytes(const CKWindow *w, const uint8_t *x, uint8_t *y) {
  const range whole = whole_columns(w);
#define MAX_CODES(column, columns, P) max_codes_tile(w, x, y, row, column, rows, columns, P)
  for (int32_t row = 0; row < w->outHeight; row++) {
    SWEEP_ROW(MAX_CODES)
  }
}

typedef double doubles __attribute__((vector_size(128)));
typedef int64_t longs __attribute__((vector_size(128)));

// The integer nearest to sum · scale / (count · to.scale), the even one of two, exactly: products of 24-bit scales with
// sums and counts below 2^29 fit into doubles, and the remainder tells where the quotient was rounded onto a tie.
INLINE codes mean_code(integers sum, double count, double scale, const CKCodeGrid *to) {
  const double shift = 6755399441055744.0;
  const doubles a = __builtin_convertvector(sum, doubles) * scale, b = count * (double)to->scale - (doubles){};
  const doubles low = to->low - (doubles){}, high = to->high - (doubles){};
  doubles q = a / b;
  const longs isAbove = q > low, isBelow = q < high;
  q = (doubles)(((longs)q & isAbove) | ((longs)low & ~isAbove));
  q = (doubles)(((longs)q & isBelow) | ((longs)high & ~isBelow));
  const doubles k = (q + shift) - shift;
  const doubles twice = 2 * (a - k * b);
  const longs isInside = isAbove & isBelow;
  const integers up = __builtin_convertvector((twice > b) & isInside, integers);
  const integers down = __builtin_convertvector((twice < -b) & isInside, integers);
  return code_of(__builtin_convertvector(k, integers) - up + down, to);
}

static void average_pool_bytes(const CKWindow *w, const uint8_t *x, const CKCodeGrid *from, int32_t divisor,
                               const CKCodeGrid *to, uint8_t *y) {
  for (int32_t row = 0; row < w->outHeight; row++) {
    const range rows = inside(row, w->strideY, w->padTop, w->dilationY, w->kernelHeight, w->height);
    for (int32_t column = 0; column < w->outWidth; column++, y += CK_LANES) {
      const range columns = inside(column, w->strideX, w->padLeft, w->dilationX, w->kernelWidth, w->width);
      const int32_t taps = (rows.end - rows.first) * (columns.end - columns.first);
      integers sum = (integers){} - taps * from->zeroPoint;
      FOR_TAPS sum += __builtin_convertvector(*(const loose_codes *)byte_tap(w, x, row, column, ky, kx), integers);
      const int32_t count = divisor > 0 ? divisor : taps > 0 ? taps : 1;
      *(loose_codes *)y = mean_code(sum, count, from->scale, to);
    }
  }
}
