/// Why a node cannot run, and what whoever has the model can do about it.
struct UnsupportedReason: Error, CustomStringConvertible {
  let description: String
  let advice: String

  init(_ description: String, advice: String) {
    self.description = description
    self.advice = advice
  }
}

/// The one table of what the engine says to nodes and values that it refuses.
enum Refusal {
  /// Kinds of operators that image classifiers do without.
  private static let outOfScope: [(reason: String, opTypes: Set<String>)] = [
    (
      "sequences are not supported",
      [
        "ConcatFromSequence", "SequenceAt", "SequenceConstruct",
        "SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceLength", "SequenceMap",
        "SplitToSequence",
      ]
    ),
    (
      "strings are not supported",
      [
        "RegexFullMatch", "StringConcat", "StringNormalizer", "StringSplit", "TfIdfVectorizer",
      ]
    ),
    (
      "optional types are not supported",
      ["Optional", "OptionalGetElement", "OptionalHasElement"]
    ),
    ("recurrent layers are not supported", ["GRU", "LSTM", "RNN"]),
    ("loops are not supported", ["Loop", "Scan"]),
    (
      "results that are random cannot be compared",
      [
        "Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform",
        "RandomUniformLike",
      ]
    ),
    (
      "audio is not supported",
      ["BlackmanWindow", "DFT", "HammingWindow", "HannWindow", "MelWeightMatrix", "STFT"]
    ),
  ]

  private static let reexport = "export the model for inference, from an image input to its scores"
  private static let simplify =
    "simplify the model (fold its constants, drop what training left); if the node stays, file an issue "
    + "that names the operator"

  /// An operator that no kernel is listed for.
  static func unknown(_ node: Node) -> UnsupportedReason {
    guard node.domain.isEmpty else { return unknownDomain(node.domain, node.opType) }
    for kind in outOfScope where kind.opTypes.contains(node.opType) {
      return UnsupportedReason(kind.reason, advice: reexport)
    }
    return UnsupportedReason("the operator is not supported", advice: simplify)
  }

  private static func unknownDomain(_ domain: String, _ opType: String) -> UnsupportedReason {
    let reason = "the domain '\(domain)' is not known"
    switch domain {
    case "com.microsoft" where opType.hasPrefix("QLinear") || opType == "QGemm":
      return UnsupportedReason(
        reason,
        advice:
          "quantize with quant_format=QDQ: \(opType) of the QOperator format is ONNX Runtime's own")
    case "com.microsoft", "com.microsoft.nchwc":
      return UnsupportedReason(
        reason, advice: "take the model from before ONNX Runtime optimized it: \(domain) is its own"
      )
    case "ai.onnx.ml":
      return UnsupportedReason(reason, advice: "keep classical models out of the file")
    case "ai.onnx.preview.training", "ai.onnx.training":
      return UnsupportedReason(reason, advice: reexport)
    default:
      return UnsupportedReason(
        reason, advice: "export with standard operators, or with a function that defines this one")
    }
  }

  /// A node whose opset is older than any version implemented.
  static func tooOld(since version: Int) -> UnsupportedReason {
    UnsupportedReason(
      "implemented from opset \(version) on",
      advice: "export with opset \(version) or newer, or convert with onnx.version_converter")
  }

  /// A node whose attributes its kernel turns down.
  static func attributes(_ error: GraphError) -> UnsupportedReason {
    switch error {
    case .notImplemented: UnsupportedReason("\(error)", advice: simplify)
    case .unsupportedNodes(let nodes):
      UnsupportedReason(
        "in its body: " + nodes.map { "\($0.opType): \($0.reason)" }.joined(separator: ", "),
        advice: nodes[0].advice)
    default:
      UnsupportedReason(
        "\(error)",
        advice: "run onnx.checker on the model; if it agrees with the model, file an issue")
    }
  }

  /// An input or constant that no tensor of ours can hold.
  static func value(_ name: String, kind: String, reason: String) -> UnsupportedNode {
    UnsupportedNode(
      name: name, opType: kind, domain: "", opset: 0, reason: reason, advice: reexport)
  }
}

extension UnsupportedNode {
  init(_ node: Node, _ reason: UnsupportedReason) {
    self.init(
      name: node.name, opType: node.opType, domain: node.domain, opset: node.opset,
      reason: reason.description, advice: reason.advice)
  }
}
