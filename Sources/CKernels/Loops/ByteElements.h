// Codes and values, element by element.

static void quantize_values(const float *x, int64_t count, const CKCodeGrid *to, uint8_t *y) {
  const CKCodeGrid grid = *to;
  int64_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES)
    *(loose_codes *)(y + i) = code_of(steps_of(*(const loose_block *)(x + i) / grid.scale, &grid), &grid);
  if (i == count) return;
  block rest = {};
  __builtin_memcpy(&rest, x + i, (count - i) * sizeof *x);
  const codes last = code_of(steps_of(rest / grid.scale, &grid), &grid);
  __builtin_memcpy(y + i, &last, (count - i));
}

static void dequantize_codes(const uint8_t *x, int64_t count, const CKCodeGrid *from, float *y) {
  const CKCodeGrid grid = *from;
  int64_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES)
    *(loose_block *)(y + i) = value_of(*(const loose_codes *)(x + i), &grid);
  if (i == count) return;
  codes rest = {};
  __builtin_memcpy(&rest, x + i, (count - i));
  const block last = value_of(rest, &grid);
  __builtin_memcpy(y + i, &last, (count - i) * sizeof *y);
}

INLINE codes combined(codes a, codes b, const CKCodePair *p) {
  const block left = value_of(a, &p->left), right = value_of(b, &p->right);
  const block v = p->multiplies ? left * right : left + right;
  return code_of(steps_of(v / p->to.scale, &p->to), &p->to);
}

static void combine_codes(const CKCodePair *pair, const uint8_t *a, const uint8_t *b, int64_t bStep, int64_t count,
                          uint8_t *y) {
  const CKCodePair p = *pair;
  int64_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES, b += bStep)
    *(loose_codes *)(y + i) = combined(*(const loose_codes *)(a + i), *(const loose_codes *)b, &p);
  if (i == count) return;
  codes left = {}, right = {};
  __builtin_memcpy(&left, a + i, (count - i));
  __builtin_memcpy(&right, b, (count - i));
  const codes last = combined(left, right, &p);
  __builtin_memcpy(y + i, &last, (count - i));
}

static void look_up(const uint8_t *x, int64_t count, const uint8_t *table, uint8_t *y) {
  for (int64_t i = 0; i < count; i++) y[i] = table[x[i]];
}

static void widen_codes(const uint8_t *x, int64_t count, int16_t *y) {
  for (int64_t i = 0; i < count; i++) y[i] = x[i];
}

// Up to `lanes` planes, those of a pixel side by side; missing ones are 0.
static void interleave_planes(const uint8_t *x, int32_t channels, int64_t pixels, int32_t lanes, uint8_t *y) {
  for (int64_t i = 0; i < pixels * lanes; i++) y[i] = 0;
  for (int32_t c = 0; c < channels; c++)
    for (int64_t p = 0; p < pixels; p++) y[p * lanes + c] = x[c * pixels + p];
}

static void separate_planes(const uint8_t *x, int32_t channels, int64_t pixels, uint8_t *y) {
  for (int32_t c = 0; c < channels; c++)
    for (int64_t p = 0; p < pixels; p++) y[c * pixels + p] = x[p * CK_LANES + c];
}

static void gather_bytes(const uint8_t *const *sources, int64_t pixels, uint8_t *y) {
  for (int64_t p = 0; p < pixels; p++) {
    codes v;
UNROLL
    for (int lane = 0; lane < CK_LANES; lane++) v[lane] = sources[lane][p * CK_LANES];
    *(loose_codes *)(y + p * CK_LANES) = v;
  }
}

// Lanes shift ..< shift + count of a block, or of that and the next, become those of x.
static void insert_lanes(const uint8_t *x, int32_t count, int32_t shift, int64_t pixels, uint8_t *y) {
  if (shift == 0) {
    __builtin_memcpy(y, x, pixels * CK_LANES);
    return;
  }
  const int32_t lower = count < CK_LANES - shift ? count : CK_LANES - shift;
  uint8_t *upper = y + pixels * CK_LANES;
  for (int64_t p = 0; p < pixels; p++)
    for (int32_t i = 0; i < lower; i++) y[p * CK_LANES + shift + i] = x[p * CK_LANES + i];
  for (int64_t p = 0; p < pixels; p++)
    for (int32_t i = lower; i < count; i++) upper[p * CK_LANES + i - lower] = x[p * CK_LANES + i];
}
