// From exact sums to codes. No product is contracted with a sum but where that is asked for, so that every instruction set gives
// the same bits.
#pragma STDC FP_CONTRACT OFF

// Adding 1.5 · 2^23 to a float of magnitude below 2^22 leaves the nearest integer, halves to even, in its lowest bits.
INLINE integers nearest(block v) { return (integers)(v + 12582912.0f) - 0x4B400000; }

// Steps from the zero point.
INLINE integers steps_of(block v, const CKCodeGrid *to) { return nearest(saturated(v, to->low, to->high)); }

INLINE codes code_of(integers steps, const CKCodeGrid *to) {
  return __builtin_convertvector(steps + to->zeroPoint, codes);
}

// The values of codes.
INLINE block value_of(codes c, const CKCodeGrid *from) {
  return __builtin_convertvector(__builtin_convertvector(c, integers) - from->zeroPoint, block) * from->scale;
}

// What a channel block's sums begin with, and what becomes of them.
typedef struct {
  integers bias;
  block factors, offsets;
  CKCodeGrid grid;
  int32_t keepsSums;
} ending;

INLINE ending ending_of(const CKCodeEpilogue *e, int b) {
  return (ending){((const loose_integers *)e->bias)[b], ((const loose_block *)e->factors)[b],
                  ((const loose_block *)e->offsets)[b], e->grid, e->keepsSums};
}

INLINE integers requantized_steps(integers sum, const ending *e) {
  return steps_of(__builtin_convertvector(sum, block) * e->factors, &e->grid);
}

INLINE block value_of_sum(integers sum, const ending *e) {
  return e->keepsSums ? (block)sum : __builtin_convertvector(sum, block) * e->factors + e->offsets;
}

INLINE codes sum_of(integers a, integers b, const CKCodePair *p) {
  const block x = __builtin_convertvector(a - p->zeroA, block), y = __builtin_convertvector(b - p->zeroB, block);
  const block second = __builtin_elementwise_fma(y, all(p->factorB), all(p->offset));
  return code_of(steps_of(__builtin_elementwise_fma(x, all(p->factorA), second), &p->to), &p->to);
}

INLINE codes product_of(integers a, integers b, const CKCodePair *p) {
  const block product = __builtin_convertvector((a - p->zeroA) * (b - p->zeroB), block);
  return code_of(steps_of(product * p->factorA + p->offset, &p->to), &p->to);
}

// The sum of a result and of a residual.
INLINE codes added(integers own, const CKCodeGrid *grid, codes other, const CKCodeResidual *residual) {
  const integers a = own + grid->zeroPoint, b = __builtin_convertvector(other, integers);
  const mask swaps = (mask){} + -residual->isSecond;
  return sum_of((a & ~swaps) | (b & swaps), (b & ~swaps) | (a & swaps), &residual->sum);
}

// A result as a value, or as a code where `values` is null.
INLINE void store_result(integers sum, const ending *e, const CKCodeResidual *residual, int64_t offset, uint8_t *y,
                         float *values) {
  if (values) {
    *(loose_block *)(values + offset) = value_of_sum(sum, e);
    return;
  }
  const integers own = requantized_steps(sum, e);
  *(loose_codes *)(y + offset) =
      residual->codes ? added(own, &e->grid, *(const loose_codes *)(residual->codes + offset), residual)
                      : code_of(own, &e->grid);
}
