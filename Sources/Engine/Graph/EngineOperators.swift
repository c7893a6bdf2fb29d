// The operators that rewrites write. "Blocked" is the layout of `ChannelBlocks`.

// MARK: Layout

/// N × C × H × W to N × ⌈C/16⌉ × H × W × 16.
struct BlockChannels: EngineOperator {
  /// What the reader takes, which the blocked form no longer tells.
  let channels: Int
}

/// N × ⌈C/16⌉ × H × W × 16 back to N × C × H × W.
struct UnblockChannels: EngineOperator {
  let channels: Int
}

/// Regroups the channels of a blocked tensor: the Reshape, Transpose, Reshape that ShuffleNets export. Channel
/// g · n + i of G groups of n becomes channel i · G + g.
struct ChannelShuffle: EngineOperator {
  let groups: Int
  let channels: Int
  /// Of the output, whose pixels are those of the input in their order.
  let height: Int
  let width: Int
}

/// Concat of blocked tensors along channels.
struct BlockedConcat: EngineOperator {
  /// Each input's C.
  let channels: [Int]
}

// MARK: Layers

/// Conv with constant weights and a blocked output: Y = epilogue(Conv(X, W, B) + R).
///
/// Inputs X (N × C × H × W or its blocked form), W, B, R; B and the residual R are optional. R is blocked and may be
/// anything that broadcasts with the convolution's output.
struct BlockedConv: EngineOperator {
  let window: WindowGeometry
  let group: Int
  /// Whether X is blocked.
  let readsBlocked: Bool
}

/// epilogue(X · W + B) with a constant W: what becomes of such a Gemm or MatMul. Inputs X (… × K), the packed W and B
/// (`PackedMatrix`).
struct PackedMatMul: EngineOperator {
  let matrix: PackedMatrix
}

/// epilogue(x · factor + offset) per channel of a blocked tensor: what becomes of a BatchNormalization that no
/// convolution takes in. Inputs x, factor, offset; the latter hold ⌈C/16⌉ · 16 values.
struct ScaleShift: EngineOperator {}

// MARK: Pools

/// MaxPool on a blocked tensor.
struct BlockedMaxPool: EngineOperator {
  let window: WindowGeometry
}

/// AveragePool on a blocked tensor whose divisor does not depend on the padding: it counts only what is inside, or
/// everything and no window reaches beyond the padding.
struct BlockedAveragePool: EngineOperator {
  let window: WindowGeometry
  let countsPadding: Bool
}

/// GlobalAveragePool on a blocked tensor; its output is dense, N × C × 1 × 1.
struct BlockedGlobalAveragePool: EngineOperator {
  let channels: Int
}

// MARK: Elementwise

/// QuantizeLinear followed by DequantizeLinear, without the codes in between. Inputs x, scale, zero point.
struct QuantizeDequantize: EngineOperator, Equatable {
  /// That of scale and zero point, where they have one.
  let axis: Int
}

/// x · Φ(x) with the normal distribution Φ, exact or by its tanh approximation; ONNX's, too.
struct Gelu: EngineOperator {
  var isApproximate = false
}
