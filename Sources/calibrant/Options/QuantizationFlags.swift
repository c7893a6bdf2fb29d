import ArgumentParser
import CalibrantHarness
import CalibrantQuantization

/// What is quantized, and how.
struct QuantizationFlags: ParsableArguments {
  @Flag(help: "One weight scale per output channel (the default).")
  var perChannel = false

  @Flag(help: "One weight scale per tensor.")
  var perTensor = false

  @Flag(help: "One activation scale per channel, where all readers are depthwise convolutions.")
  var perChannelActivations = false

  @Flag(help: "Activations as int8 around zero instead of uint8 with a zero point.")
  var symmetric = false

  @Option(help: "Weights symmetric or asymmetric (default: symmetric for w8a8, else asymmetric).")
  var weights: String?

  @Option(
    help:
      "Take the forms that a runtime reads: \(StandardTargets.names.joined(separator: ", ")) (default: any that ONNX has).",
    completion: .list(StandardTargets.names))
  var target: String?

  @Flag(
    name: .customLong("int4-as-int8"),
    help: "Store 4-bit weights one a byte, for runtimes older than opset 21, not two (ONNX INT4).")
  var int4AsInt8 = false

  @Flag(help: ArgumentHelp("What is done anyway.", visibility: .hidden))
  var nativeInt4 = false

  @Option(
    help: ArgumentHelp(
      "Weights of MatMul and Gemm that share a scale: 128, 64 or 32; needs weights of 4 bits.",
      valueName: "n"))
  var blockSize: Int?

  @Option(
    help: ArgumentHelp(
      "Leave these layers in float (repeatable, * and ? match).", valueName: "name"))
  var exclude: [String] = []

  @Option(help: ArgumentHelp("Bits of single layers (repeatable).", valueName: "name=bits"))
  var layerBits: [String] = []

  @Option(help: "Bits of the first and the last layer where others have fewer: 8 keeps the most.")
  var endBits = 8

  @Option(
    help:
      "Bits of the layers of fewest weights, a tenth of all together, where others have fewer.")
  var smallBits = 8

  @Option(help: "Leave layers with fewer weights in float.")
  var minElements = 0

  @Option(
    help: """
      How weights are rounded where there is data: optimal or nearest (default: optimal, but nearest in wide layers of 8 bits).
      """)
  var rounding: String?

  @Flag(
    inversion: .prefixedNo,
    help:
      "Equalize channels first (default: where calibration data speaks for it, of weights with --per-tensor, else of activations)."
  )
  var equalize: Bool?

  @Option(
    help: ArgumentHelp(
      """
      Whether weights are chosen so that x86 CPUs without VNNI clamp no sum: auto where that loses less than clamping \
      does (default), always or never.
      """, valueName: "auto|always|never"))
  var saturationSafe = SaturationSafety.auto

  @Option(
    help: ArgumentHelp(
      """
      Share of the multiply-accumulates that may stay in float because rounding their inputs costs too much (default: up to \
      0.05, where the network would otherwise be lost; 0: none).
      """, valueName: "share|auto"))
  var floatBudget = FloatBudget.auto

  @Option(
    help: ArgumentHelp(
      """
      How much time calibration may take: 0 for a first look, 1 (default), 2 to leave activations in float where that makes any \
      network better, 3 to search longest.
      """, valueName: "0...3"))
  var effort = Effort.usual

  @Flag(
    help:
      "Leave biases as they are instead of correcting them for what rounding does to their layer.")
  var noBiasCorrection = false

  func validate() throws {
    if perChannel && perTensor {
      throw ValidationError("--per-channel and --per-tensor exclude each other")
    }
    try Self.require(weights, "--weights", among: ["symmetric", "asymmetric"])
    try Self.require(rounding, "--rounding", among: ["nearest", "optimal"])
    for (option, bits) in [("--end-bits", endBits), ("--small-bits", smallBits)]
    where !SchemeName.supportedWeightBits.contains(bits) {
      throw ValidationError("\(option) \(bits) is none of 8, 6, 4, 3, 2")
    }
    if nativeInt4 && int4AsInt8 {
      throw ValidationError("--native-int4 and --int4-as-int8 exclude each other")
    }
    try validateBlockSize()
    if let target, StandardTargets.named(target) == nil {
      throw ValidationError(
        "--target '\(target)' is none of \(StandardTargets.names.joined(separator: ", "))")
    }
    if minElements < 0 { throw ValidationError("--min-elements must not be negative") }
    _ = try parsedLayerBits()
  }

  private static func require(_ value: String?, _ option: String, among names: [String]) throws {
    if let value, !names.contains(value) {
      throw ValidationError(Choice.refusal(option, value, among: names))
    }
  }

  /// - Parameter schemes: that files are made in.
  func options(for schemes: [SchemeName]) throws -> QuantizationOptions {
    var options = QuantizationOptions()
    options.granularity = perTensor ? .perTensor : .perChannel
    options.hasSymmetricWeights = weights.map { $0 == "symmetric" }
    options.activations = symmetric ? .symmetricInt8 : .asymmetricUInt8
    options.usesNativeInt4 = !int4AsInt8
    options.blockSize = blockSize
    options.correctsBiases = !noBiasCorrection
    options.equalizes = equalize
    options.saturationSafety = saturationSafe
    options.floatBudget = floatBudget
    options.effort = effort
    options.rounding = rounding.flatMap { WeightRounding(rawValue: $0) }
    options.policy = Policy(
      excluded: exclude.map { Glob($0) }, layerBits: try parsedLayerBits(),
      endBits: endBits, smallBits: smallBits,
      minimumElements: minElements, usesPerChannelActivations: perChannelActivations)
    if let target = target.flatMap(StandardTargets.named) {
      try options.fit(target, chosenForms, in: schemes)
    }
    return options
  }

  private var chosenForms: ChosenForms {
    var forms = ChosenForms()
    forms.symmetricActivations = symmetric
    forms.asymmetricWeights = weights == "asymmetric"
    forms.packedWeights = nativeInt4
    forms.blocks = blockSize != nil
    return forms
  }

  private func validateBlockSize() throws {
    guard let blockSize else { return }
    guard WeightScheme.blockSizes.contains(blockSize) else {
      throw ValidationError("--block-size \(blockSize) is none of 32, 64, 128")
    }
    if int4AsInt8 { throw ValidationError("--block-size and --int4-as-int8 exclude each other") }
    if perTensor { throw ValidationError("--block-size and --per-tensor exclude each other") }
  }

  /// Blocks are for 4-bit weights, and a target may exclude other options.
  func validate(for schemes: [SchemeName]) throws {
    if blockSize != nil && !schemes.contains(where: { $0.weightBits <= 4 }) {
      throw ValidationError("--block-size needs weights of 4 bits")
    }
    do {
      _ = try options(for: schemes)
    } catch let error as HarnessError {
      throw ValidationError("\(error)")
    }
  }

  private func parsedLayerBits() throws -> [(pattern: Glob, bits: Int)] {
    try layerBits.map { text in
      guard let split = text.lastIndex(of: "="),
        let bits = Int(text[text.index(after: split)...]),
        bits == 7 || SchemeName.supportedWeightBits.contains(bits)
      else { throw ValidationError("--layer-bits '\(text)' is not NAME=8, 7, 6, 4, 3 or 2") }
      return (Glob(String(text[..<split])), bits)
    }
  }
}

extension SaturationSafety: ExpressibleByArgument {}

extension Effort: ExpressibleByArgument {
  public static var allValueStrings: [String] { allCases.map(\.defaultValueDescription) }
  public var defaultValueDescription: String { "\(rawValue)" }
}

extension FloatBudget: ExpressibleByArgument {
  public init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let share = Double(argument), (0...1).contains(share) {
      self = .share(share)
    } else {
      return nil
    }
  }

  public var defaultValueDescription: String { self == .auto ? "auto" : "\(self)" }
}

/// The choices of one quantized file.
struct SchemeFlags: ParsableArguments {
  @Option(help: "Weight bits: 8 or 4, or 6, 3 or 2 for study.")
  var bits = 8

  @Option(help: "Activations: int8 or float (default: int8 with data, float without).")
  var activations: String?

  func validate() throws {
    guard SchemeName.supportedWeightBits.contains(bits) else {
      throw ValidationError("--bits \(bits) is none of 8, 6, 4, 3, 2")
    }
    if let activations, !["int8", "float"].contains(activations) {
      throw ValidationError(Choice.refusal("--activations", activations, among: ["int8", "float"]))
    }
  }

  func scheme(defaultActivations: String) -> SchemeName {
    let activations = activations ?? defaultActivations
    return SchemeName(weightBits: bits, activationBits: activations == "int8" ? 8 : nil)
  }
}

/// Looks a calibration method up by name.
func calibrationMethod(_ name: String) throws -> any CalibrationMethod {
  guard let method = StandardMethods.named(name) else {
    throw ValidationError(Choice.refusal("method", name, among: StandardMethods.names))
  }
  return method
}
