import Foundation

/// x / (bias + α / size · Σ x²)^β, the sum over `size` neighbouring channels. https://onnx.ai/onnx/operators/onnx__LRN.html
struct LRN: OperatorKernel {
  static let opType = "LRN"
  static let sinceVersion = 1

  private let size: Int
  private let alpha: Float
  private let beta: Float
  private let bias: Float

  init(_ node: Node) throws(GraphError) {
    size = try node.attributes.int("size", default: 0)
    alpha = try node.attributes.float("alpha", default: 1e-4)
    beta = try node.attributes.float("beta", default: 0.75)
    bias = try node.attributes.float("bias", default: 1)
    guard (1...(1 << 20)).contains(size) else {
      throw .badAttribute(name: "size", reason: "must be positive")
    }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "X")
    guard type.shape.rank >= 2 else {
      throw .shapeMismatch(reason: "X \(type.shape) has no channel axis")
    }
    return [type]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    let (channels, plane) = (shape[1], shape.count(2...))
    guard let (x, y) = call.floats else { return }
    let total = call.scratch.floats(plane)
    for row in 0..<shape[0] * channels {
      let (sample, channel) = (row / channels, row % channels)
      let first = max(0, channel - (size - 1) / 2)
      let last = min(channels - 1, channel + size / 2)
      total.update(repeating: 0, count: plane)
      for neighbour in first...last {
        let line = x + (sample * channels + neighbour) * plane
        for i in 0..<plane { total[i] += line[i] * line[i] }
      }
      for i in 0..<plane {
        let factor = bias + alpha / Float(size) * total[i]
        y[row * plane + i] = x[row * plane + i] / pow(factor, beta)
      }
    }
  }
}
