// Every loop, compiled for the instruction set that the including file has switched on, and the table of them.
#include "Block.h"
#include "Epilogue.h"
#include "Multiply.h"
#include "Window.h"
#include "Winograd.h"
#include "Elementwise.h"
#include "Transpose.h"
#include "Functions.h"
#include "Dot.h"
#include "ByteEpilogue.h"
#include "ByteProduct.h"
#include "BytePairs.h"
#include "ByteWindow.h"
#include "ByteWinograd.h"
#include "ByteElements.h"

#define TABLE(name)                                                                              \
  {name,          TILE_BLOCKS,     TILE_FACTORS,    multiply,        depthwise,      max_pool,   \
   average_pool,  plane_sum,       winograd_input,  winograd_output, scale_shift,                \
   finish,        block_channels,  unblock_channels, gather_lanes,                \
   erf_each,      gelu,            softmax,        STEP_FACTORS,                                  \
   multiply_bytes, multiply_pairs, multiply_words, winograd_codes, winograd_sums, depthwise_bytes, max_pool_bytes, average_pool_bytes, quantize_values,           \
   dequantize_codes, combine_codes, finish_row, look_up,       widen_codes,   interleave_planes,              \
   separate_planes, gather_bytes, insert_lanes, PAIR_PIXELS, largest_codes}
