/// Output axis i is input axis `perm[i]`; without `perm` the axes are reversed.
/// https://onnx.ai/onnx/operators/onnx__Transpose.html
struct Transpose: OperatorKernel {
  static let opType = "Transpose"
  static let sinceVersion = 1
  static let traits = OperatorTraits(movesValues: true)

  private let permutation: [Int]?

  init(_ node: Node) throws(GraphError) { permutation = try node.attributes.ints("perm") }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "data").type
    let axes = axes(of: type.shape)
    guard axes.sorted() == Array(0..<type.shape.rank) else {
      throw .badAttribute(
        name: "perm", reason: "\(axes) is no permutation of the axes of \(type.shape)")
    }
    return [TensorType(type.dtype, Shape(axes.map { type.shape[$0] }))]
  }

  func run(_ call: OperatorCall) {
    let input = call.input(0)
    permutedCopy(
      input.base, input.shape, order: axes(of: input.shape), elementSize: input.dtype.byteSize,
      into: call.output.base)
  }

  private func axes(of shape: Shape) -> [Int] { permutation ?? Array((0..<shape.rank).reversed()) }
}
