/// What a plan knows of a node's input before anything runs.
struct Operand: Sendable {
  let type: TensorType
  /// The value, where it does not depend on the model's inputs (weights, shapes).
  let constant: Tensor?

  init(_ type: TensorType, constant: Tensor? = nil) {
    self.type = type
    self.constant = constant
  }

  init(_ constant: Tensor) { self.init(constant.type, constant: constant) }
}

extension Array where Element == Operand? {
  /// The operand an operator cannot do without.
  func required(_ index: Int, _ name: String) throws(GraphError) -> Operand {
    guard let operand = optional(index) else { throw .wrongInput(name: name, reason: "is missing") }
    return operand
  }

  func optional(_ index: Int) -> Operand? { index < count ? self[index] : nil }

  /// The value of an operand that must be known before the model runs (packed weights).
  func knownValue(_ index: Int, _ name: String) throws(GraphError) -> Tensor {
    guard let constant = try required(index, name).constant else {
      throw .dependsOnData(input: name)
    }
    return constant
  }

  /// A required float32 operand's type.
  func requiredFloat(_ index: Int, _ name: String) throws(GraphError) -> TensorType {
    let type = try required(index, name).type
    guard type.dtype == .float32 else {
      throw .wrongInput(name: name, reason: "has type \(type.dtype) where float32 is needed")
    }
    return type
  }

  /// The values of an integer operand that must be known before the model runs (a shape, axes, pads).
  func knownIntegers(_ index: Int, _ name: String) throws(GraphError) -> [Int]? {
    guard let operand = optional(index) else { return nil }
    guard let values = operand.constant?.integers else {
      guard operand.constant != nil else { throw .dependsOnData(input: name) }
      throw .wrongInput(name: name, reason: "holds no integers but \(operand.type)")
    }
    return values
  }
}

/// The memory of one execution of one node.
struct OperatorCall {
  let inputs: [TensorView?]
  let outputs: [MutableTensorView]
  let scratch: Scratch
  /// Who shares the work.
  let workers: Workers

  /// An input that shape inference has already required.
  func input(_ index: Int) -> TensorView {
    guard index < inputs.count, let view = inputs[index] else {
      preconditionFailure("shape inference let a node pass without its input \(index)")
    }
    return view
  }

  func optionalInput(_ index: Int) -> TensorView? {
    index < inputs.count ? inputs[index] : nil
  }

  var output: MutableTensorView { outputs[0] }

  /// The first input and the output as floats; nil where there is nothing to compute.
  var floats: (x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>)? {
    guard output.count > 0, let x = input(0).floats.baseAddress,
      let y = output.floats.baseAddress
    else { return nil }
    return (x, y)
  }
}
