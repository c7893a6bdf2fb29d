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
  const integers x = __builtin_convertvector(a, integers), y = __builtin_convertvector(b, integers);
  return p->multiplies ? product_of(x, y, p) : sum_of(x, y, p);
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

INLINE void finish_block(const CKRowEnding *e, integers sums, integers columnSums, codes *y, block *values) {
  const block v = __builtin_convertvector(sums - e->zeroPoint * columnSums - e->less, block) * e->factor;
  if (values) *values = v;
  else *y = code_of(steps_of(v, &e->grid), &e->grid);
}

static void finish_row(const CKRowEnding *ending, const int32_t *sums, const int32_t *columnSums, int64_t count, uint8_t *y,
                       float *values) {
  const CKRowEnding e = *ending;
  int64_t i = 0;
  codes c;
  block v;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    const integers own = *(const loose_integers *)(sums + i), columns = *(const loose_integers *)(columnSums + i);
    finish_block(&e, own, columns, &c, values ? &v : 0);
    if (values) *(loose_block *)(values + i) = v;
    else *(loose_codes *)(y + i) = c;
  }
  if (i == count) return;
  integers own = {}, columns = {};
  __builtin_memcpy(&own, sums + i, (count - i) * sizeof *sums);
  __builtin_memcpy(&columns, columnSums + i, (count - i) * sizeof *columnSums);
  finish_block(&e, own, columns, &c, values ? &v : 0);
  if (values) __builtin_memcpy(values + i, &v, (count - i) * sizeof *values);
  else __builtin_memcpy(y + i, &c, (count - i));
}

static void look_up(const uint8_t *x, int64_t count, const uint8_t *table, uint8_t *y) {
  for (int64_t i = 0; i < count; i++) y[i] = table[x[i]];
}

static void widen_codes(const uint8_t *x, int64_t count, int16_t *y) {
  for (int64_t i = 0; i < count; i++) y[i] = x[i];
}

// Up to `lanes` planes, those of a pixel side by side, four to a word; missing ones are 0.
INLINE void interleave_words(const uint8_t *x, int32_t channels, int64_t pixels, uint8_t *y, const int words) {
  const uint8_t *planes[16];
  uint32_t masks[16];
  for (int c = 0; c < 4 * words; c++) {
    planes[c] = x + (c < channels ? c * pixels : 0);
    masks[c] = c < channels ? 255 : 0;
  }
  for (int64_t p = 0; p < pixels; p++)
UNROLL
    for (int i = 0; i < words; i++) {
      const int c = 4 * i;
      const uint32_t word = (planes[c][p] & masks[c]) | (planes[c + 1][p] & masks[c + 1]) << 8 |
                            (planes[c + 2][p] & masks[c + 2]) << 16 | (planes[c + 3][p] & masks[c + 3]) << 24;
      __builtin_memcpy(y + 4 * (p * words + i), &word, sizeof word);
    }
}

static void interleave_planes(const uint8_t *x, int32_t channels, int64_t pixels, int32_t lanes, uint8_t *y) {
  switch (lanes) {
  case 4: interleave_words(x, channels, pixels, y, 1); break;
  case 16: interleave_words(x, channels, pixels, y, 4); break;
  default:
    for (int32_t c = 0; c < lanes; c++)
      for (int64_t p = 0; p < pixels; p++) y[p * lanes + c] = c < channels ? x[c * pixels + p] : 0;
  }
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

INLINE codes lane_mask(int32_t first, int32_t end) {
  codes mask;
  for (int i = 0; i < CK_LANES; i++) mask[i] = i >= first && i < end ? 255 : 0;
  return mask;
}

// Lanes of y that the mask names become the bytes at x, 16 further with each pixel.
INLINE void replace_lanes(const uint8_t *x, codes mask, int64_t pixels, uint8_t *y) {
  for (int64_t i = 0; i < pixels * CK_LANES; i += CK_LANES)
    *(loose_codes *)(y + i) = (*(const loose_codes *)(x + i) & mask) | (*(const loose_codes *)(y + i) & ~mask);
}

// Lanes shift ..< shift + count of a block, or of that and the next, become those of x. Of the first and the last pixel only
// the bytes that are there are read.
static void insert_lanes(const uint8_t *x, int32_t count, int32_t shift, int64_t pixels, uint8_t *y) {
  if (shift == 0 || pixels == 0) {
    __builtin_memcpy(y, x, pixels * CK_LANES);
    return;
  }
  const int32_t room = CK_LANES - shift, lower = count < room ? count : room;
  __builtin_memcpy(y + shift, x, lower);
  replace_lanes(x + room, lane_mask(shift, shift + lower), pixels - 1, y + CK_LANES);
  if (count == lower) return;
  uint8_t *upper = y + pixels * CK_LANES;
  const int64_t last = (pixels - 1) * CK_LANES;
  replace_lanes(x + room, lane_mask(0, count - lower), pixels - 1, upper);
  __builtin_memcpy(upper + last, x + last + room, count - lower);
}
