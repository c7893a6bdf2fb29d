/// Whether one scale serves a whole tensor, or each channel has its own.
public enum Granularity: String, Sendable, Codable, CaseIterable {
  case perTensor = "per-tensor"
  case perChannel = "per-channel"
}

/// How weights are stored.
public struct WeightScheme: Sendable, Equatable {
  /// 2…8.
  public var bits: Int
  /// Nil decides by the bits: symmetric from 7 on, where a zero point buys nothing, asymmetric below, where
  /// each code counts (rounding to 4 bits per channel then costs ResNet-20 1.4 points in place of 3.7).
  public var isSymmetric: Bool?
  public var granularity: Granularity
  /// Operators of which all weights share a scale, whatever the granularity.
  public var perTensorOperators: [String]
  /// Store weights of 4 bits and fewer as ONNX INT4, two per byte (opset 21), instead of one per int8.
  public var usesNativeInt4: Bool
  /// Store so only what is in blocks.
  public var packsBlocksOnly: Bool
  /// Weights of an output channel that share a scale, for matrices stored as INT4; nil, and all other
  /// layers, follow `granularity`.
  public var blockSize: Int?

  public init(
    bits: Int, isSymmetric: Bool? = nil, granularity: Granularity = .perChannel,
    perTensorOperators: [String] = [], usesNativeInt4: Bool = false,
    packsBlocksOnly: Bool = false, blockSize: Int? = nil
  ) {
    precondition((2...8).contains(bits), "Weights are stored in 2 to 8 bits.")
    self.bits = bits
    self.isSymmetric = isSymmetric
    self.granularity = granularity
    self.perTensorOperators = perTensorOperators
    self.usesNativeInt4 = usesNativeInt4
    self.packsBlocksOnly = packsBlocksOnly
    self.blockSize = blockSize
  }

  /// The grid of a tensor quantized with `bits` bits (a layer may differ from the scheme's own).
  ///
  /// Symmetric 8-bit codes are −127…127, so that negating a weight negates its code; fewer bits keep the
  /// lowest code, since one of 16 is worth having. Two such products can still leave the 16 bits that
  /// x86 without VNNI has for their sum.
  public func grid(bits: Int? = nil) -> QuantizationGrid {
    let bits = bits ?? self.bits
    precondition((2...8).contains(bits), "Weights are stored in 2 to 8 bits.")
    let isSymmetric = isSymmetric ?? (bits >= 7)
    let half = 1 << (bits - 1)
    let lowest = isSymmetric && bits == 8 ? -127 : -half
    let storage: StorageType = usesNativeInt4 && bits <= 4 ? .int4 : .int8
    return QuantizationGrid(
      storage: storage, codes: lowest...(half - 1), isSymmetric: isSymmetric)
  }
}

/// How activations are stored in a file that quantizes them.
public enum ActivationScheme: String, Sendable, Codable, CaseIterable {
  /// 0…255 with a zero point; the zero point is 0 after Relu.
  case asymmetricUInt8
  /// −127…127 about 0.
  case symmetricInt8

  public var grid: QuantizationGrid {
    switch self {
    case .asymmetricUInt8: .asymmetricUInt8
    case .symmetricInt8: .symmetricInt8
    }
  }
}

/// What a quantized file stores in how many bits.
public struct Scheme: Sendable, Equatable {
  public var weights: WeightScheme
  /// Nil where activations stay float32 (weight-only).
  public var activations: ActivationScheme?
  /// Whether biases of layers with quantized activations become int32.
  public var quantizesBiases: Bool

  public init(
    weights: WeightScheme, activations: ActivationScheme? = nil, quantizesBiases: Bool = true
  ) {
    self.weights = weights
    self.activations = activations
    self.quantizesBiases = quantizesBiases
  }

  /// The scheme's short name, as in "w8" or "w4a8".
  public var name: String { "w\(weights.bits)" + (activations == nil ? "" : "a8") }
}
