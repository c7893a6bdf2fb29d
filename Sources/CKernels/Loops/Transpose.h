// Swaps the half of `a` and `b` that a 16 × 16 transposition swaps at distance `D` (8, 4, 2, 1).
#define LANE_LOW(D, i) ((i) & (D) ? 16 + (i) - (D) : (i))
#define LANE_HIGH(D, i) ((i) & (D) ? 16 + (i) : (i) + (D))
#define LANES_OF(L, D)                                                                          \
  L(D, 0), L(D, 1), L(D, 2), L(D, 3), L(D, 4), L(D, 5), L(D, 6), L(D, 7), L(D, 8), L(D, 9),     \
      L(D, 10), L(D, 11), L(D, 12), L(D, 13), L(D, 14), L(D, 15)
#define EXCHANGE(D)                                                                             \
  for (int i = 0; i < 16; i++) {                                                                \
    if (i & D) continue;                                                                        \
    const block a = rows[i], b = rows[i + D];                                                   \
    rows[i] = __builtin_shufflevector(a, b, LANES_OF(LANE_LOW, D));                             \
    rows[i + D] = __builtin_shufflevector(a, b, LANES_OF(LANE_HIGH, D));                        \
  }

INLINE void transpose(block rows[16]) { EXCHANGE(8) EXCHANGE(4) EXCHANGE(2) EXCHANGE(1) }

static void block_channels(const float *x, int32_t channels, int64_t pixels, float *y) {
  const int64_t whole = channels == CK_LANES ? pixels / 16 * 16 : 0;
  for (int64_t p = 0; p < whole; p += 16) {
    block rows[16];
    for (int c = 0; c < 16; c++) rows[c] = *(const loose_block *)(x + c * pixels + p);
    transpose(rows);
    for (int i = 0; i < 16; i++) ((block *)y)[p + i] = rows[i];
  }
  for (int64_t p = whole; p < pixels; p++)
    for (int32_t c = 0; c < CK_LANES; c++)
      y[p * CK_LANES + c] = c < channels ? x[c * pixels + p] : 0;
}

static void unblock_channels(const float *x, int32_t channels, int64_t pixels, float *y) {
  const int64_t whole = channels == CK_LANES ? pixels / 16 * 16 : 0;
  for (int64_t p = 0; p < whole; p += 16) {
    block rows[16];
    for (int i = 0; i < 16; i++) rows[i] = ((const block *)x)[p + i];
    transpose(rows);
    for (int c = 0; c < 16; c++) *(loose_block *)(y + c * pixels + p) = rows[c];
  }
  for (int32_t c = 0; c < channels; c++)
    for (int64_t p = whole; p < pixels; p++) y[c * pixels + p] = x[p * CK_LANES + c];
}
