// The operators on codes that rewrites write: unsigned bytes that stand for values on a grid (`CodeGrid`), dense or blocked.

/// An operator that reads or computes codes; most compute them.
protocol OperatorOnCodes: EngineOperator {}

extension OperatorOnCodes {
  var yieldsCodes: Bool { true }
}

// MARK: Between values and codes

/// The nearest codes of floats.
struct QuantizeCodes: OperatorOnCodes {
  static let traits = OperatorTraits(isElementwise: true)
  let grid: CodeGrid
}

/// What codes stand for.
struct DequantizeCodes: OperatorOnCodes {
  static let traits = OperatorTraits(isElementwise: true)
  let grid: CodeGrid
  var yieldsCodes: Bool { false }
}

/// Codes of one sign from those of the other: signed ones are unsigned ones less 128.
struct FlippedCodes: OperatorOnCodes {
  /// Whether those that are made are.
  let isSigned: Bool
}

/// Codes of N × C × H × W in the layout of `ChannelBlocks`.
struct BlockCodes: OperatorOnCodes {
  let channels: Int
}

/// Blocked codes back to N × C × H × W.
struct UnblockCodes: OperatorOnCodes {
  let channels: Int
}

// MARK: Layers

/// A layer of codes with constant weights. Inputs X, W (int8), the scales of W and a bias, one value each for every output. The
/// bias is int32, in steps, or float32 where the output is. Where the node clamps pairs, weights are clamped as they are
/// stored.
protocol LayerOnCodes: OperatorOnCodes {
  var input: CodeGrid { get }
  var weightZeroPoint: Int { get }
  /// Where sums that clamping changes are counted; nil where they are not.
  var clamps: ClampCount? { get set }
}

/// Conv of codes. A further input are the codes that are added to the output where there is a residual.
struct CodeConv: LayerOnCodes {
  let window: WindowGeometry
  let group: Int
  let input: CodeGrid
  let weightZeroPoint: Int
  /// nil where the output stays in float.
  let output: CodeGrid?
  var residual: CodeResidual?
  /// Whether X is blocked.
  var readsBlocked = false
  var clamps: ClampCount?
  var yieldsCodes: Bool { output != nil }

  /// Whether there are two spatial axes: the output then is blocked, else all is dense.
  var isPlanar: Bool { window.kernel.count == 2 }
}

/// MatMul or Gemm of codes: X (… × K), W (N × K).
struct CodeMatMul: LayerOnCodes {
  let input: CodeGrid
  let weightZeroPoint: Int
  /// nil where the output stays in float.
  let output: CodeGrid?
  var clamps: ClampCount?
  var yieldsCodes: Bool { output != nil }
}

/// MatMul of two operands' codes, neither of which need be constant.
struct MultiplyCodes: OperatorOnCodes {
  let left: CodeGrid
  let right: CodeGrid
  /// nil where the output stays in float.
  let output: CodeGrid?
  var yieldsCodes: Bool { output != nil }
}

// MARK: Elementwise

/// A function of one code.
struct MapCodes: OperatorOnCodes {
  static let traits = OperatorTraits(isElementwise: true)
  let table: ByteTable
}

/// a + b, or a − b where the grid of b has a negative scale, or a · b. Of a blocked tensor, b may hold one code per channel.
struct CombineCodes: OperatorOnCodes {
  let pair: CodePair
  /// The result's C where operands are blocked, or constants of channels.
  let channels: Int?
}

/// The codes of activation(x · factor + offset) per channel of a blocked tensor: what becomes of a ScaleShift before a
/// quantizer. x may be several tensors side by side. Inputs: those, factor, offset; the latter hold ⌈C/16⌉ · 16 values.
struct ScaleToCodes: OperatorOnCodes {
  /// Each tensor's grid; nil where it holds values.
  var sources: [CodeGrid?]
  let activation: Activation
  let output: CodeGrid
}

// MARK: Windows and channels

/// MaxPool of blocked codes.
struct MaxPoolCodes: OperatorOnCodes {
  let channels: Int
  let window: WindowGeometry
}

/// AveragePool of blocked codes.
struct AveragePoolCodes: OperatorOnCodes {
  let channels: Int
  let window: WindowGeometry
  let countsPadding: Bool
  let input: CodeGrid
  let output: CodeGrid
}

/// GlobalAveragePool of blocked codes; its output is dense, N × C × 1 × 1.
struct GlobalAveragePoolCodes: OperatorOnCodes {
  let channels: Int
  let input: CodeGrid
  let output: CodeGrid
}

/// Concat of blocked codes along channels.
struct ConcatCodes: OperatorOnCodes {
  /// Each input's C.
  let channels: [Int]
  /// From each input's codes to the output's; nil where they are the same.
  let tables: [ByteTable?]
}
