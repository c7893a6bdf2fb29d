import CalibrantQuantization

/// What a runtime reads of a quantized file, and what it computes on integers.
///
/// To add one, add its lines to `StandardTargets`.
public struct RuntimeTarget: Sendable {
  /// Some of the two kinds of schemes.
  struct Schemes: OptionSet, Sendable {
    let rawValue: Int
    /// Weights alone: "w8", "w4".
    static let weightOnly = Schemes(rawValue: 1)
    /// Activations, too: "w8a8", "w4a8".
    static let integer = Schemes(rawValue: 2)
    static let all: Schemes = [.weightOnly, .integer]

    func contains(_ scheme: SchemeName) -> Bool {
      contains(scheme.activationBits == nil ? .weightOnly : .integer)
    }
  }

  /// As `--target` takes it.
  public let name: String
  /// As people write it.
  public let title: String
  /// How activations must be stored; nil takes any form.
  let activations: ActivationScheme?
  /// Schemes whose weights must have no zero point but 0.
  let symmetricWeights: Schemes
  /// Schemes whose weights of 4 bits it reads two a byte (ONNX INT4), one scale per channel or tensor.
  let packedWeights: Schemes
  /// Schemes of which it reads weights in blocks.
  let blocks: Schemes
  /// Whether biases may be int32.
  let readsIntegerBiases: Bool
  /// Operators of which all weights must share a scale.
  let perTensorOperators: [String]
  /// What it does not do with schemes that it reads.
  let limits: [(schemes: Schemes, sentence: String)]

  /// What of it the text of a file says: "made for TensorRT: …".
  var sentence: String {
    let rules =
      [
        activations.map {
          switch $0 {
          case .symmetricInt8: "activations int8 around zero"
          case .asymmetricUInt8: "activations uint8 with a zero point"
          }
        },
        symmetricWeights == .all
          ? "weights without zero points"
          : symmetricWeights == .integer
            ? "weights without zero points where activations are quantized" : nil,
        readsIntegerBiases ? nil : "biases in float",
        perTensorOperators.isEmpty
          ? nil : "one scale for all weights of \(perTensorOperators.joined(separator: " and "))",
      ].compactMap(\.self)
    return "made for \(title)" + (rules.isEmpty ? "" : ": " + rules.joined(separator: ", "))
  }

  /// What it cannot make of one of the schemes, a sentence each.
  func warnings(of schemes: [SchemeName]) -> [String] {
    limits.filter { limit in schemes.contains(where: limit.schemes.contains) }.map(\.sentence)
  }

  /// Refuses what was asked for by name and cannot be read.
  ///
  /// - Parameter chosen: options that were given, not defaults.
  /// - Throws: `HarnessError.badOption` naming the option and the target.
  func require(_ chosen: ChosenForms, in schemes: [SchemeName]) throws(HarnessError) {
    func refuse(_ option: String, _ reason: String) -> HarnessError {
      .badOption("\(option) and --target \(name) contradict each other: \(title) \(reason)")
    }
    if chosen.symmetricActivations, activations == .asymmetricUInt8 {
      throw refuse("--symmetric", "reads activations as uint8 with a zero point")
    }
    if chosen.asymmetricWeights, schemes.contains(where: symmetricWeights.contains) {
      throw refuse("--weights asymmetric", "reads weights whose zero point is 0")
    }
    let few = schemes.filter { $0.weightBits <= 4 }
    if chosen.blocks {
      if few.contains(where: { !blocks.contains($0) }) {
        throw refuse("--block-size", "does not read such weights in blocks")
      }
    } else if chosen.packedWeights, few.contains(where: { !packedWeights.contains($0) }) {
      throw refuse("--native-int4", "does not compute such weights as they are in INT4")
    }
  }
}

/// Forms of numbers that were asked for by name.
public struct ChosenForms: Sendable {
  /// Activations as int8 around zero.
  public var symmetricActivations = false
  public var asymmetricWeights = false
  /// Weights of 4 bits two a byte.
  public var packedWeights = false
  /// Runs of inputs with a scale of their own.
  public var blocks = false

  public init() {}
}

extension QuantizationOptions {
  /// Takes the forms that a runtime needs.
  ///
  /// - Throws: `HarnessError.badOption` where something asked for by name contradicts them.
  public mutating func fit(
    _ target: RuntimeTarget, _ chosen: ChosenForms, in schemes: [SchemeName]
  ) throws(HarnessError) {
    try target.require(chosen, in: schemes)
    self.target = target
    if let form = target.activations { activations = form }
  }

  /// A scheme in the forms of the options and the target.
  func scheme(_ name: SchemeName) -> Scheme {
    let isSymmetric =
      target?.symmetricWeights.contains(name) ?? false
      ? true : hasSymmetricWeights ?? (name.activationBits == nil ? false : nil)
    return Scheme(
      weights: WeightScheme(
        bits: name.weightBits, isSymmetric: isSymmetric, granularity: granularity,
        perTensorOperators: target?.perTensorOperators ?? [],
        usesNativeInt4: packs(name),
        packsBlocksOnly: !(target?.packedWeights.contains(name) ?? true), blockSize: blockSize),
      activations: name.activationBits == nil ? nil : activations,
      quantizesBiases: target?.readsIntegerBiases ?? true)
  }

  /// Whether a scheme's weights of 4 bits and fewer are stored two a byte; blocks have no other form.
  private func packs(_ scheme: SchemeName) -> Bool {
    usesNativeInt4 && (blockSize != nil || target?.packedWeights.contains(scheme) ?? true)
  }
}
