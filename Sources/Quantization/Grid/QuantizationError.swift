import CalibrantONNXFormat

/// Why a model cannot be quantized as asked.
public enum QuantizationError: Error {
  case model(ModelError)
  /// No layer has float32 weights that the policy lets us quantize.
  case nothingToQuantize(reason: String)
  case alreadyQuantized(node: String)
  /// None of the activations to quantize has a range: nothing finite was observed, or predicted.
  case nothingObserved(tensors: [String])
  case nonFiniteWeights(tensor: String, layer: String)
  /// What a layer reads on calibration data holds NaN or infinities.
  case nonFiniteInputs(tensor: String, layer: String)
  /// A pattern of `--exclude` or `--layer-bits` names nothing.
  case unmatchedPattern(String, layers: [String])
  /// The file's operator set is too old for the quantized operators, and these nodes would change
  /// their meaning in the newer one.
  case opsetNotUpgradable(from: Int, to: Int, nodes: [String])
  /// A file has no quantized layer of the model that it is held against.
  case notItsQuantization(isIntegerOnly: Bool)
  /// A file's layers are those of the model with balanced channels.
  case balancedChannels
}

extension QuantizationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .model(let error): "\(error)"
    case .nothingToQuantize(let reason): "there is nothing to quantize: \(reason)"
    case .alreadyQuantized(let node):
      "the model is already quantized (node '\(node)'); start from its float32 original"
    case .nothingObserved(let tensors):
      "no range is known for any of the \(tensors.count) activations to quantize ("
        + tensors.prefix(6).map { "'\($0)'" }.joined(separator: ", ")
        + (tensors.count > 6 ? ", …" : "")
        + "): no finite float32 value of them was observed or can be predicted"
    case .nonFiniteWeights(let tensor, let layer):
      "'\(tensor)' of layer '\(layer)' holds NaN or infinite values"
    case .nonFiniteInputs(let tensor, let layer):
      "'\(tensor)', which layer '\(layer)' reads, holds NaN or infinite values on calibration data"
    case .unmatchedPattern(let pattern, let layers):
      "'\(pattern)' matches no layer; the layers are "
        + layers.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
        + (layers.count > 12 ? " and \(layers.count - 12) more" : "")
    case .opsetNotUpgradable(let from, let to, let nodes):
      "the model uses operator set \(from), but this quantization needs \(to), and converting would "
        + "change the meaning of " + nodes.prefix(6).joined(separator: ", ")
        + (nodes.count > 6 ? " and \(nodes.count - 6) more" : "")
        + "; export the model with operator set \(to), or convert it with onnx.version_converter"
    case .notItsQuantization(isIntegerOnly: true):
      "the quantized file: its layers are integer operators (QOperator or dynamic quantization): such a file can be "
        + "evaluated and validated, but not taken apart; inspect needs QuantizeLinear and DequantizeLinear around float layers"
    case .notItsQuantization(isIntegerOnly: false):
      "the quantized file: none of its layers is a quantized layer of the original"
    case .balancedChannels:
      "the quantized file: its channels are balanced, so its layers' weights are not roundings of the original's; it can be evaluated, "
        + "compared and validated, but not taken apart: inspect needs one made with --no-equalize"
    }
  }
}
