import CalibrantQuantization

/// How weights of 4 bits and fewer are stored.
enum CodeStorage: Equatable {
  /// Two a byte, as ONNX INT4.
  case packed
  /// One a byte, as was asked or the target needs.
  case bytes
  /// One a byte, for these nodes would change their meaning in the operator set that has INT4.
  case bytesFor(obstacles: [String])

  /// The operator set that has INT4.
  private static let opset = 21

  init(_ scheme: Scheme, _ obstacles: [String]) {
    self =
      !obstacles.isEmpty
      ? .bytesFor(obstacles: obstacles) : scheme.weights.usesNativeInt4 ? .packed : .bytes
  }

  /// The nodes that keep a model from having INT4; empty where it was not asked for, and with blocks of inputs: these have no
  /// other form, so that a model that cannot have it is refused later.
  static func obstacles(to options: QuantizationOptions, in model: PreparedModel) -> [String] {
    options.usesNativeInt4 && options.blockSize == nil
      ? model.obstacles(toOpset: Self.opset) : []
  }

  /// What to say of a file; nothing where it has no weights of 4 bits or fewer.
  ///
  /// - Parameter target: the runtime that it is for; nil for any.
  func sentences(on file: QuantizedModel, for target: RuntimeTarget?) -> [String] {
    guard file.layers.contains(where: { $0.bits ?? 8 <= 4 }) else { return [] }
    return [sentence(hasAnOption: !file.quantizedTensors.isEmpty && target == nil)]
  }

  /// - Parameter hasAnOption: whether the other form is what ONNX Runtime is faster with.
  private func sentence(hasAnOption: Bool) -> String {
    switch self {
    case .packed:
      "4-bit weights are stored two a byte (ONNX INT4, opset \(Self.opset))"
        + (hasAnOption
          ? "; ONNX Runtime computes their layers in float, and on integers with --int4-as-int8"
          : "")
    case .bytes: "4-bit weights are stored one a byte (int8)"
    case .bytesFor(let obstacles):
      "4-bit weights are stored one a byte (int8): ONNX INT4 needs operator set \(Self.opset), which would change the "
        + "meaning of \(obstacles.prefix(6).joined(separator: ", "))"
        + (obstacles.count > 6 ? " and \(obstacles.count - 6) more" : "")
    }
  }
}

extension QuantizedModel {
  /// Adds what is not said yet.
  mutating func note(_ sentences: [String]) {
    warnings += sentences.filter { !warnings.contains($0) }
  }
}
