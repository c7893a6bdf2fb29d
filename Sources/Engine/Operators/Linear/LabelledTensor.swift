import CalibrantLinearAlgebra

/// A float tensor whose axes have labels: what Einsum contracts.
struct LabelledTensor {
  let values: [Float]
  /// Every label once.
  let labels: [Int]
  /// Elements to move in `values` for a step along a label; 0 where its axis has size 1.
  private let strides: [Int: Int]

  /// A label that stands for several axes means their diagonal.
  init(_ values: [Float], _ shape: Shape, labels: [Int], sizes: [Int: Int]) {
    self.values = values
    var strides: [Int: Int] = [:]
    var order: [Int] = []
    for (axis, label) in labels.enumerated() {
      if strides[label] == nil { order.append(label) }
      strides[label, default: 0] += shape[axis] == 1 ? 0 : shape.strides[axis]
    }
    self.labels = order
    self.strides = strides
  }

  /// The values with axes in the given order; with `summing`, summed over every other label.
  func arranged(_ order: [Int], summing: Bool, sizes: [Int: Int]) -> [Float] {
    let summed = summing ? labels.filter { !order.contains($0) } : []
    let axes = order + summed
    let shape = Shape(axes.map { sizes[$0] ?? 1 })
    var moved = [Float](repeating: 0, count: shape.elementCount)
    values.withUnsafeBytes { source in
      moved.withUnsafeMutableBytes { target in
        guard let x = source.baseAddress, let y = target.baseAddress else { return }
        stridedCopy(
          x, offset: 0, strides: axes.map { strides[$0] ?? 0 }, shape: shape, elementSize: 4,
          into: y)
      }
    }
    guard !summed.isEmpty else { return moved }
    let length = shape.count(order.count...)
    return moved.withUnsafeBufferPointer { moved in
      (0..<shape.count(..<order.count)).map { row in
        sum(UnsafeBufferPointer(rebasing: moved[row * length..<(row + 1) * length]))
      }
    }
  }

  /// The product summed over the labels that nobody needs, as one matrix product for each index of the shared ones.
  func contracted(
    with other: LabelledTensor, keeping needed: Set<Int>, sizes: [Int: Int]
  ) throws(GraphError) -> LabelledTensor {
    let shared = labels.filter(other.labels.contains)
    let batch = shared.filter(needed.contains)
    let inner = shared.filter { !needed.contains($0) }
    let left = labels.filter { needed.contains($0) && !shared.contains($0) }
    let right = other.labels.filter { needed.contains($0) && !shared.contains($0) }
    let a = arranged(batch + left + inner, summing: true, sizes: sizes)
    let b = other.arranged(batch + inner + right, summing: true, sizes: sizes)
    func count(_ labels: [Int]) -> Int { labels.reduce(1) { $0 * (sizes[$1] ?? 1) } }
    let (m, k, n) = (count(left), count(inner), count(right))
    let order = batch + left + right
    let shape = Shape(order.map { sizes[$0] ?? 1 })
    try MemoryLimit.checkScratch(shape)
    var product = [Float](repeating: 0, count: shape.elementCount)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        product.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress, k > 0 else {
            return
          }
          for index in 0..<count(batch) {
            gemm(
              m: m, n: n, k: k, MatrixOperand(a + index * m * k, stride: k),
              MatrixOperand(b + index * k * n, stride: n), into: c + index * m * n, stride: n)
          }
        }
      }
    }
    return LabelledTensor(product, shape, labels: order, sizes: sizes)
  }
}
