import ONNXFormat

extension Model {
  /// The float32 model that quantization starts from: all floats float32, constants
  /// and what follows from them stored as initializers, operators that only rename values gone, batch norms folded into
  /// the layers before them. It computes what this
  /// model computes; its layers have the names that they have in a quantized file.
  public func preparedForQuantization() throws(QuantizationError) -> Model {
    let document = try PreparedModel(self).document
    return document.assembled(opset: document.opset)
  }
}
