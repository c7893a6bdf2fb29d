/// The engine's inner loops on channel-blocked tensors, compiled for several instruction sets and chosen at run time.
///
/// A blocked tensor holds N × ⌈C/16⌉ × H × W × 16 floats: 16 neighbouring channels of a pixel lie side by side, 64-byte
/// aligned. Lanes beyond C hold anything. Every output element is one chain of multiply-adds in an order that depends
/// on the layer alone, so results do not depend on how the work is cut into tiles, images or threads.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdint.h>

#include "CKStatistics.h"

enum { CK_LANES = 16 };

/// What is done to a result while it is in registers: y = quantize(clamp(result + residual)).
typedef struct {
  /// Laid out as the output, or null.
  const float *residual;
  /// Whether values are clamped to low…high; NaN stays NaN.
  int clamps;
  float low, high;
  /// Whether values are rounded to scale · k, k an integer in lowCode…highCode (codes relative to the zero point);
  /// NaN becomes the lowest.
  int quantizes;
  float scale, lowCode, highCode;
} CKEpilogue;

/// A strip of pixels times a matrix: y[p, m] = bias[m] + Σ_k x[p, k] · w[k, m].
typedef struct {
  /// Pixel p's k-th factor, k = r · runLength + i, is at x[p · xStride + offsets[r] + i].
  const float *x;
  int64_t xStride;
  const int32_t *offsets;
  int32_t runs, runLength;
  /// K × (16 · blocks), row-major, 64-byte aligned.
  const float *weights;
  /// 16 · blocks values, or null: sums then go on from what y holds.
  const float *bias;
  /// Block b of pixel p is written to y + p · yStride + b · yBlockStride.
  float *y;
  int64_t yStride, yBlockStride;
  int32_t pixels;
  /// Output blocks, at most `CKKernels.blocksAtOnce`.
  int32_t blocks;
} CKProduct;

/// A sliding window over a plane of one channel block, H × W × 16.
typedef struct {
  int32_t height, width, outHeight, outWidth;
  int32_t kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, padTop, padLeft;
} CKWindow;

/// The tiles of a 3×3 stride-1 convolution computed as Winograd's F(4×4, 3×3).
typedef struct {
  int32_t height, width, outHeight, outWidth, padTop, padLeft, tilesAcross;
} CKTiling;

/// What unsigned bytes stand for: value = scale · (code − zeroPoint), code − zeroPoint in low…high.
typedef struct {
  float scale;
  int32_t zeroPoint;
  float low, high;
} CKCodeGrid;

/// What becomes of exact sums: the code nearest to sum · factor, halves to even; or the value sum · factor + offset; or nothing.
typedef struct {
  /// 16 per block of outputs; sums begin with the bias.
  const int32_t *bias;
  const float *factors;
  /// Of values.
  const float *offsets;
  CKCodeGrid grid;
  /// Whether what is written as values are the sums, 32-bit integers.
  int32_t keepsSums;
} CKCodeEpilogue;

/// What becomes of the sums of a row of a matrix times columns of codes: the code nearest to n · factor, halves to even, or that
/// value, where n = sum − zeroPoint · (sum of the column) − less.
typedef struct {
  int32_t zeroPoint, less;
  float factor;
  CKCodeGrid grid;
} CKRowEnding;

/// What becomes of two codes a and b. With a' = a − zeroA and b' = b − zeroB, of a sum a' · factorA + (b' · factorB + offset), each
/// product and sum rounded once; of a product a' · b' · factorA + offset, each rounded. The result is the code nearest to it, halves
/// to even, above the code `to.zeroPoint`; `to.scale` is not used.
typedef struct {
  int32_t zeroA, zeroB;
  float factorA, factorB, offset;
  CKCodeGrid to;
  int32_t multiplies;
} CKCodePair;

/// Codes that are added to a result.
typedef struct {
  /// Laid out as the output, or null.
  const uint8_t *codes;
  CKCodePair sum;
  /// Whether the result is b and not a.
  int32_t isSecond;
} CKCodeResidual;

/// A strip of pixels times a matrix, in exact 32-bit sums that wrap around.
typedef struct {
  /// Pixel p's codes lie at x + p · xStride + offsets[r], runSteps · 4 bytes of each run: bytes themselves, or widened to
  /// 16 bits where `CKKernels.stepFactors` is 2.
  const uint8_t *x;
  int64_t xStride;
  const int32_t *offsets;
  int32_t runs, runSteps;
  /// Steps × (16 · blocks) × stepFactors.
  const int8_t *weights;
  CKCodeEpilogue to;
  CKCodeResidual residual;
  /// Block b of pixel p is written to y + p · yStride + b · yBlockStride, 16 codes; or where `values` is not null, there, as
  /// 16 floats.
  uint8_t *y;
  float *values;
  int64_t yStride, yBlockStride;
  int32_t pixels;
  /// Output blocks, at most `CKKernels.blocksAtOnce`.
  int32_t blocks;
  /// For clamped products, null or: codes up to limits[r] cannot make a pair of run r leave 16 bits, and the byte at
  /// largest + ((p · xStride + offsets[r]) >> pixelShift) is no less than any code of that run in pixel p and those behind it that
  /// `CKKernels.pairPixels` counts.
  const uint8_t *limits, *largest;
  int32_t pixelShift;
} CKByteProduct;

/// Pixels times a matrix, both of 16-bit integers, in 32-bit sums that wrap around.
typedef struct {
  /// inBlocks × pixels × 16.
  const int16_t *x;
  int64_t xBlockStride;
  int32_t inBlocks, pixels;
  /// inBlocks · 8 × (16 · blocks) × 2, 64-byte aligned.
  const int16_t *weights;
  /// blocks × pixels × 16, 64-byte aligned.
  int32_t *y;
  int64_t yBlockStride;
  /// Output blocks, at most `CKKernels.blocksAtOnce`.
  int32_t blocks;
} CKWordProduct;

/// The loops, compiled for one instruction set.
typedef struct {
  const char *instructionSet;
  /// Output blocks that `multiply` takes at once, for which weights are packed.
  int32_t blocksAtOnce;
  /// Factors of a sum whose weights stay in the first-level cache while `multiply` runs over a strip of pixels. Longer
  /// sums are best taken in parts.
  int32_t factorsAtOnce;

  void (*multiply)(const CKProduct *product, const CKEpilogue *epilogue);

  /// Rows firstRow ..< endRow of a depthwise convolution; weights are KH · KW × 16, bias 16 values.
  void (*depthwise)(const CKWindow *window, const float *x, const float *weights, const float *bias, float *y,
                    int32_t firstRow, int32_t endRow, const CKEpilogue *epilogue);
  /// NaN where any element is NaN.
  void (*maxPool)(const CKWindow *window, const float *x, float *y);
  /// Divides by the number of taps inside the plane, or by `divisor` where that is positive.
  void (*averagePool)(const CKWindow *window, const float *x, float *y, float divisor);
  /// Per channel, the sum over a plane.
  void (*planeSum)(const float *x, int64_t pixels, float *sum);

  /// Transforms tiles first ..< first + count of a plane; position i of the n-th of them goes to
  /// v + i · positionStride + 16 · n.
  void (*winogradInput)(const CKTiling *tiling, const float *x, int32_t first, int32_t count, float *v,
                        int64_t positionStride);
  /// Back from products, laid out as `v` above, to pixels of a plane.
  void (*winogradOutput)(const CKTiling *tiling, const float *m, int64_t positionStride, const float *bias,
                         int32_t first, int32_t count, float *y, const CKEpilogue *epilogue);

  /// y = epilogue(x · factor + offset) over a plane; factor and offset are 16 values.
  void (*scaleShift)(const float *x, const float *factor, const float *offset, int64_t pixels, float *y,
                     const CKEpilogue *epilogue);
  /// y = epilogue(x) for `count` floats of any alignment.
  void (*finish)(const float *x, int64_t count, float *y, const CKEpilogue *epilogue);

  /// Up to 16 planes to one block, the lanes of missing ones 0; and back.
  void (*block)(const float *x, int32_t channels, int64_t pixels, float *y);
  void (*unblock)(const float *x, int32_t channels, int64_t pixels, float *y);
  /// Lane i of each pixel of y is the float at x + sources[i], 16 floats further with each pixel.
  void (*gatherLanes)(const float *x, const int64_t *sources, int64_t pixels, float *y);

  /// y = erf(x), y = x · Φ(x) and y = exp(x − max) / Σ exp(x − max) for `count` floats of any alignment, with the same
  /// bits on every instruction set.
  void (*errorFunction)(const float *x, int64_t count, float *y);
  void (*gelu)(const float *x, int64_t count, float *y);
  void (*softmax)(const float *x, int64_t count, float *y);

  /// Codes that `multiplyBytes` takes at once.
  int32_t stepFactors;
  void (*multiplyBytes)(const CKByteProduct *product);
  /// The same with each sum of two products clamped to 16 bits before it is added: codes are bytes, four a step.
  void (*multiplyPairs)(const CKByteProduct *product);
  void (*multiplyWords)(const CKWordProduct *product);

  /// As `winogradInput`, on codes, and exactly; outside the plane lies the zero point.
  void (*winogradCodes)(const CKTiling *tiling, const uint8_t *x, uint8_t zeroPoint, int32_t first, int32_t count,
                        int16_t *v, int64_t positionStride);
  /// Back from products to sums, of which the codes go to y, or where `values` is not null, values go there.
  void (*winogradSums)(const CKTiling *tiling, const int32_t *m, int64_t positionStride, int32_t first, int32_t count,
                       const CKCodeEpilogue *epilogue, const CKCodeResidual *residual, uint8_t *y, float *values);

  /// A convolution of each channel with its own window; `blank` is a line of zero points, which lie outside the plane, and 8
  /// pixels more. Weights are KH × ⌈KW/stepFactors⌉ × 16 × stepFactors. Codes go to y, or where `values` is not null, values
  /// go there.
  void (*depthwiseBytes)(const CKWindow *window, const uint8_t *x, const uint8_t *blank, const int8_t *weights,
                         const CKCodeEpilogue *epilogue, uint8_t *y, float *values);
  /// The largest code inside the plane.
  void (*maxPoolBytes)(const CKWindow *window, const uint8_t *x, uint8_t *y);
  /// The code nearest to the mean of the values inside the plane, exactly, halves to even; the sum is divided by the number
  /// of taps inside, or by `divisor` where that is positive.
  void (*averagePoolBytes)(const CKWindow *window, const uint8_t *x, const CKCodeGrid *from, int32_t divisor,
                           const CKCodeGrid *to, uint8_t *y);

  /// For `count` elements of any alignment.
  void (*quantize)(const float *x, int64_t count, const CKCodeGrid *to, uint8_t *y);
  void (*dequantize)(const uint8_t *x, int64_t count, const CKCodeGrid *from, float *y);
  /// b goes on by `bStep` bytes, 16 or 0, with every 16 of a.
  void (*combineCodes)(const CKCodePair *pair, const uint8_t *a, const uint8_t *b, int64_t bStep, int64_t count,
                       uint8_t *y);
  /// Codes go to y, or where `values` is not null, values go there.
  void (*finishRow)(const CKRowEnding *ending, const int32_t *sums, const int32_t *columnSums, int64_t count, uint8_t *y,
                    float *values);
  /// y = table[x], 256 entries.
  void (*lookUp)(const uint8_t *x, int64_t count, const uint8_t *table, uint8_t *y);
  void (*widen)(const uint8_t *x, int64_t count, int16_t *y);
  /// Up to `lanes` planes to pixels of so many bytes, missing ones 0; and back from pixels of 16.
  void (*interleave)(const uint8_t *x, int32_t channels, int64_t pixels, int32_t lanes, uint8_t *y);
  void (*separate)(const uint8_t *x, int32_t channels, int64_t pixels, uint8_t *y);
  /// Lane i of each pixel of y is the byte at sources[i], 16 bytes further with each pixel.
  void (*gatherBytes)(const uint8_t *const *sources, int64_t pixels, uint8_t *y);
  /// The first `count` lanes of x become lanes shift ..< shift + count of a plane y and, beyond 16, of the plane behind it.
  void (*insertLanes)(const uint8_t *x, int32_t count, int32_t shift, int64_t pixels, uint8_t *y);

  /// Pixels that `multiplyPairs` takes at once.
  int32_t pairPixels;
  /// y[p] is at least the largest code of the pixels p, p + pitch, ..., `span` of them, as far as there are so many; pixels are
  /// of `lanes` codes. More may be looked at.
  void (*largestCodes)(const uint8_t *x, int64_t pixels, int32_t lanes, int64_t pitch, int32_t span, uint8_t *y);
} CKKernels;

/// Tells the CPU that this thread is waiting in a loop.
static inline void ck_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// The processor that this thread runs on, or -1 where that cannot be told.
int ck_processor(void);
/// Moves this thread to another processor, if it may run on one; afterwards it may run where it might before.
void ck_leave_processor(int processor);

/// The loops for "avx512-vnni", "avx512", "avx2" or "baseline"; null where the CPU or the build has none.
const CKKernels *ck_kernels_named(const char *instructionSet);

#endif
