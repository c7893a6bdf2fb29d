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
  /// 16 · blocks values.
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

/// The loops, compiled for one instruction set.
typedef struct {
  const char *instructionSet;
  /// Output blocks that `multiply` takes at once, for which weights are packed.
  int32_t blocksAtOnce;

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
} CKKernels;

/// Tells the CPU that this thread is waiting in a loop.
static inline void ck_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// The fastest loops that this CPU can run.
const CKKernels *ck_best_kernels(void);

/// The loops for "avx512", "avx2" or "baseline"; null where the CPU or the build has none.
const CKKernels *ck_kernels_named(const char *instructionSet);

#endif
