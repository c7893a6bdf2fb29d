/// A layer with constant weights on 8-bit codes, in exact 32-bit sums that wrap around: the code of output m is
/// round(clamp((Σ (x − z_x) · w + bias) · factor)) + z_y, with factor = (s_x · s_w) / s_y in single precision and this
/// order, halves to even.
struct CodeLayer: Sendable {
  let input: CodeGrid
  /// Less their zero point, −255…255: M × C/group × KH × KW, or N × K.
  let weights: [Int16]
  var weightZeroPoint = 0
  /// One per output.
  let weightScales: [Float]
  /// One per output, in steps of s_x · s_w.
  let bias: [Int32]
  /// nil where the output stays in float: values are (sum + bias) · (s_x · s_w) + offset.
  let output: CodeGrid?
  /// One per output, where that stays in float; none are 0.
  var offsets: [Float] = []
  /// What is added to the output's codes.
  var residual: CodeResidual?
  /// Whether every sum of two products of codes with weights as they are stored, signed bytes, is clamped to 16 bits before it is
  /// added. Convolutions of single channels are exact even so. See `PairOrder`.
  var clampsPairs = false

  var outputs: Int { weightScales.count }
  /// Weights of an output.
  var depth: Int { outputs > 0 ? weights.count / outputs : 0 }

  func factor(_ output: Int) -> Float {
    let product = input.scale * weightScales[output]
    return self.output.map { product / $0.scale } ?? product
  }

  /// A sum of x · w, without zero points, begins with this.
  func start(_ output: Int) -> Int32 {
    bias[output] &- Int32(input.zeroPoint) &* weightSum(output)
  }

  func weightSum(_ output: Int) -> Int32 {
    weights[output * depth..<(output + 1) * depth].reduce(Int32(0)) { $0 &+ Int32($1) }
  }
}

/// Codes that are added to a layer's.
struct CodeResidual: Sendable, Hashable {
  let sum: CodePair
  /// Whether the layer's own are the right ones.
  var isSecond = false
}

/// Where a layer's results go, laid out alike.
enum CodeLayerOutput {
  /// - Parameter residual: where the layer has one.
  case codes(UnsafeMutablePointer<UInt8>, residual: UnsafePointer<UInt8>? = nil)
  case values(UnsafeMutablePointer<Float>)
  /// As they are.
  case sums(UnsafeMutablePointer<Int32>)

  func advanced(by offset: Int) -> CodeLayerOutput {
    switch self {
    case .codes(let codes, let residual):
      .codes(codes + offset, residual: residual.map { $0 + offset })
    case .values(let values): .values(values + offset)
    case .sums(let sums): .sums(sums + offset)
    }
  }

  var codes: UnsafeMutablePointer<UInt8>? {
    if case .codes(let codes, _) = self { codes } else { nil }
  }
  /// Where what is no code goes.
  var values: UnsafeMutablePointer<Float>? {
    switch self {
    case .codes: nil
    case .values(let values): values
    case .sums(let sums): UnsafeMutableRawPointer(sums).assumingMemoryBound(to: Float.self)
    }
  }
  var keepsSums: Bool {
    if case .sums = self { true } else { false }
  }
}
