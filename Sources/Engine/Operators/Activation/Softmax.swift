import Foundation

/// exp(x − max) / Σ exp(x − max) along `axis`; before opset 13 along all axes from `axis` on.
/// https://onnx.ai/onnx/operators/onnx__Softmax.html
struct Softmax: OperatorKernel {
  static let opType = "Softmax"
  static let sinceVersion = 1

  private let axis: Int
  private let flattens: Bool

  init(_ node: Node) throws(GraphError) {
    flattens = node.opset < 13
    axis = try node.attributes.int("axis", default: flattens ? 1 : -1)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "input")
    guard type.shape.resolve(axis: axis) != nil || (flattens && axis == type.shape.rank) else {
      throw .badAttribute(name: "axis", reason: "\(axis) is out of range for \(type.shape)")
    }
    return [type]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    let axis = axis < 0 ? axis + shape.rank : axis
    let outer = shape.count(..<axis)
    let length = flattens ? shape.count(axis...) : shape[axis]
    let inner = flattens ? 1 : shape.count((axis + 1)...)
    guard let x = call.input(0).floats.baseAddress, let y = call.output.floats.baseAddress else {
      return
    }
    for row in 0..<outer {
      for column in 0..<inner {
        let start = row * length * inner + column
        normalise(x + start, y + start, count: length, stride: inner)
      }
    }
  }

  private func normalise(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int, stride: Int
  ) {
    var largest = -Float.infinity
    for i in 0..<count { largest = max(largest, x[i * stride]) }
    var sum: Float = 0
    for i in 0..<count {
      let power = exp(x[i * stride] - largest)
      y[i * stride] = power
      sum += power
    }
    for i in 0..<count { y[i * stride] /= sum }
  }
}
