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

/// What runs a node at the types of a plan, any number of times and by any number of workers; whatever changes during a run
/// lives in the call.
protocol PreparedKernel: Sendable {
  /// Computes every output; an output the graph does not use is still given memory.
  ///
  /// - Throws: where data hold a value that the operator may not have (an index past its axis).
  func run(_ call: OperatorCall) throws(GraphError)
}

/// One version of an ONNX operator, made once per node of a program.
protocol OperatorKernel: PreparedKernel {
  static var opType: String { get }
  /// "" is the standard domain.
  static var domain: String { get }
  /// The first version of the operator set with these semantics.
  static var sinceVersion: Int { get }
  /// What others may rely on without knowing the operator.
  static var traits: OperatorTraits { get }

  /// Reads and checks the node's attributes.
  init(_ node: Node) throws(GraphError)

  /// Shape inference without data, one type per output. `inputs` holds nil for omitted optional inputs.
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType]

  /// What runs at these inputs, which `outputTypes` has accepted: geometry worked out, an algorithm chosen, constant weights
  /// packed. A kernel that has nothing to prepare is it itself.
  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel
}

extension OperatorKernel {
  static var domain: String { "" }
  static var traits: OperatorTraits { OperatorTraits() }

  func prepare(_ inputs: [Operand?]) -> any PreparedKernel { self }

  /// What runs where outputs have these types. Where all are empty nothing does: beside an axis of size 0 others may have any
  /// size, over which loops would go on for nothing.
  func prepared(
    _ inputs: [Operand?], computing outputs: [TensorType]
  ) throws(GraphError) -> any PreparedKernel {
    outputs.contains { $0.shape.elementCount > 0 } ? try prepare(inputs) : Idle()
  }
}

/// A run with what was worked out before it.
struct PlannedRun<Plan: Sendable>: PreparedKernel {
  private let plan: Plan
  private let body: @Sendable (OperatorCall, Plan) throws(GraphError) -> Void

  init(_ plan: Plan, _ body: @escaping @Sendable (OperatorCall, Plan) throws(GraphError) -> Void) {
    (self.plan, self.body) = (plan, body)
  }

  func run(_ call: OperatorCall) throws(GraphError) { try body(call, plan) }
}

private struct Idle: PreparedKernel {
  func run(_ call: OperatorCall) {}
}

/// An operator that is run by what it prepares.
protocol PlannedOperator: OperatorKernel {}

extension PlannedOperator {
  /// For a single run outside a plan, where all inputs are known.
  func run(_ call: OperatorCall) throws(GraphError) {
    try prepare(call.inputs.map { $0.map { Operand($0.copied()) } }).run(call)
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

/// An operator whose first output is its first input's memory under another shape.
protocol ViewOperator: OperatorKernel {}

extension ViewOperator {
  /// For where the input's memory cannot be shared.
  func run(_ call: OperatorCall) {
    call.output.bytes.copyMemory(from: call.input(0).bytes)
  }
}

/// An operator whose outputs follow from its inputs' types alone (Shape, Size).
protocol TypeOperator: OperatorKernel {
  func constants(_ inputs: [TensorType]) throws(GraphError) -> [Tensor]
}

/// An operator whose output shapes only its inputs' values decide (NonZero), or that runs graphs (If).
protocol DataDependentOperator: OperatorKernel {
  /// The results for inputs that are all known; nil stands for an omitted optional input.
  func results(_ inputs: [Tensor?], _ scratch: Scratch) throws(GraphError) -> [Tensor]
}

extension DataDependentOperator {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    throw .dependsOnData(input: "data")
  }

  func run(_ call: OperatorCall) {
    preconditionFailure("\(Self.opType) cannot be planned, so nothing runs it as a step")
  }
}

/// An operator that runs graphs of its own, with the operators of the graph it is in.
protocol ControlFlowOperator: OperatorKernel {
  init(_ node: Node, registry: OperatorRegistry) throws(GraphError)
}

/// An operator whose arithmetic is worth counting.
protocol MultiplyAccumulating: OperatorKernel {
  /// Multiply-accumulates of one run.
  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int
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
