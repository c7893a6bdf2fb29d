static void scale_shift(const float *x, const float *factor, const float *offset, int64_t pixels,
                        float *y, const CKEpilogue *e) {
  const block f = *(const block *)factor, o = *(const block *)offset;
  for (int64_t i = 0; i < pixels * CK_LANES; i += CK_LANES)
    *(block *)(y + i) = finished(*(const block *)(x + i) * f + o, e, i);
}

static void finish(const float *x, int64_t count, float *y, const CKEpilogue *e) {
  const int64_t whole = count / CK_LANES * CK_LANES;
  for (int64_t i = 0; i < whole; i += CK_LANES)
    *(loose_block *)(y + i) = finished(*(const loose_block *)(x + i), e, i);
  if (whole == count) return;
  float rest[CK_LANES] = {0}, more[CK_LANES] = {0};
  for (int64_t i = whole; i < count; i++) {
    rest[i - whole] = x[i];
    if (e->residual) more[i - whole] = e->residual[i];
  }
  CKEpilogue last = *e;
  if (e->residual) last.residual = more;
  *(loose_block *)rest = finished(*(loose_block *)rest, &last, 0);
  for (int64_t i = whole; i < count; i++) y[i] = rest[i - whole];
}

// Four partial sums hide the latency of an addition.
static void plane_sum(const float *x, int64_t pixels, float *sum) {
  block parts[4] = {};
  const int64_t whole = pixels / 4 * 4;
  for (int64_t p = 0; p < whole; p += 4)
    for (int i = 0; i < 4; i++) parts[i] += ((const block *)x)[p + i];
  for (int64_t p = whole; p < pixels; p++) parts[p - whole] += ((const block *)x)[p];
  *(block *)sum = (parts[0] + parts[1]) + (parts[2] + parts[3]);
}
