import CalibrantEngine
import CalibrantLinearAlgebra
import CalibrantONNXFormat

/// A layer's weights as one matrix per group: outputs of the group × inputs that each output reads.
struct WeightMatrix: Sendable {
  let groups: Int
  /// Inputs per output; the columns.
  let depth: Int
  let outputs: Int
  /// Outputs × depth, the outputs of a group next to each other.
  var values: [Float]
  /// Stored as depth × outputs (Gemm without transB, MatMul).
  private let isInputMajor: Bool
  private let shape: [Int]

  var outputsPerGroup: Int { outputs / groups }

  /// In which order integer kernels add the products of an output; nil where they compute them one by one.
  var pairOrder: PairOrder? {
    guard groups == 1 || depth > shape[2...].reduce(1, *) || outputsPerGroup > 1 else { return nil }
    return isInputMajor || shape.count == 2
      ? PairOrder(channels: depth)
      : PairOrder(channels: shape[1], positions: shape[2...].reduce(1, *))
  }

  /// - Returns: nil where a layer's form is not one of these: Conv, Gemm with plain factors, MatMul of rank 2.
  init?(_ layer: WeightedLayer, _ node: Node, _ stored: [Float]) {
    shape = layer.shape
    outputs = layer.outputChannels
    switch layer.opType {
    case "Conv":
      groups = node.int("group") ?? 1
      depth = layer.shape[1...].reduce(1, *)
      isInputMajor = false
      guard groups > 0, outputs.isMultiple(of: groups), (3...4).contains(layer.shape.count) else {
        return nil
      }
    case "Gemm", "MatMul":
      guard layer.shape.count == 2, node.float("alpha") ?? 1 == 1, node.float("beta") ?? 1 == 1,
        node.int("transA") ?? 0 == 0
      else { return nil }
      groups = 1
      depth = layer.shape[1 - layer.axis]
      isInputMajor = layer.axis == 1
    default: return nil
    }
    values = stored
    if isInputMajor { values = Self.transposed(stored, rows: depth) }
  }

  /// A matrix of the same form, in the order in which the model stores it.
  func stored<T>(_ matrix: [T]) -> [T] {
    isInputMajor ? Self.transposed(matrix, rows: outputs) : matrix
  }

  private static func transposed<T>(_ matrix: [T], rows: Int) -> [T] {
    let columns = matrix.count / max(rows, 1)
    return (0..<matrix.count).map { matrix[$0 % rows * columns + $0 / rows] }
  }

  /// Where the weights meet one input, for an input of the given type; nil where the input is not understood.
  func columns(_ node: Node, input: Shape) -> LayerColumns? {
    if node.is("Conv") {
      return (try? ConvolutionWindow(node, weights: shape, input: input)).map(
        LayerColumns.convolution)
    }
    guard input.rank >= 2, input[input.rank - 1] == depth else { return nil }
    return .matrix(depth: depth, positions: input.count(1...) / depth)
  }
}

extension WeightMatrix {
  /// X · Wᵀ of one group: rows × outputs of the group, for groups × rows × depth values.
  func product(_ x: [Float], _ group: Int, rows: Int) -> [Float] {
    var result = [Float](repeating: 0, count: rows * outputsPerGroup)
    guard rows > 0 else { return result }
    x.withUnsafeBufferPointer { x in
      values.withUnsafeBufferPointer { weights in
        gemm(
          m: rows, n: outputsPerGroup, k: depth,
          MatrixOperand(x.baseAddress! + group * rows * depth, stride: depth),
          MatrixOperand(
            weights.baseAddress! + group * outputsPerGroup * depth, stride: depth,
            isTransposed: true),
          into: &result, stride: outputsPerGroup)
      }
    }
    return result
  }
}
