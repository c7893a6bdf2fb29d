import Quantization

/// How weights of 4 bits and fewer are stored.
enum CodeStorage: Sendable, Equatable {
  /// Two a byte, as ONNX INT4.
  case packed
  /// One a byte, as was asked.
  case bytes
  /// One a byte, for these nodes would change their meaning in the operator set that has INT4.
  case bytesFor(obstacles: [String])

  /// The operator set that has INT4.
  static let opset = 21

  /// Blocks of inputs have no form but INT4: a model that cannot have it is refused later.
  init(_ options: QuantizationOptions, of model: PreparedModel) {
    guard options.usesNativeInt4 else {
      self = .bytes
      return
    }
    let obstacles = options.blockSize == nil ? model.obstacles(toOpset: Self.opset) : []
    self = obstacles.isEmpty ? .packed : .bytesFor(obstacles: obstacles)
  }

  var sentence: String {
    switch self {
    case .packed: "4-bit weights are stored two a byte (ONNX INT4, opset \(Self.opset))"
    case .bytes: "4-bit weights are stored one a byte (int8)"
    case .bytesFor(let obstacles):
      "4-bit weights are stored one a byte (int8): ONNX INT4 needs operator set \(Self.opset), which would change the "
        + "meaning of \(obstacles.prefix(6).joined(separator: ", "))"
        + (obstacles.count > 6 ? " and \(obstacles.count - 6) more" : "")
    }
  }
}

extension QuantizedModel {
  /// Says how codes are stored where there are some of 4 bits or fewer.
  func noting(_ storage: CodeStorage) -> QuantizedModel {
    guard layers.contains(where: { $0.bits ?? 8 <= 4 }), !warnings.contains(storage.sentence)
    else { return self }
    var model = self
    model.warnings.append(storage.sentence)
    return model
  }
}
