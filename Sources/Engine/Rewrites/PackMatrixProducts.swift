extension Graph {
  /// Packs the constant matrices of Gemm and MatMul once, instead of at every run.
  func packingMatrixProducts(keeping: Set<ValueName>) -> Graph {
    var graph = takingBiases(keeping: keeping)
    for (index, node) in graph.nodes.enumerated() {
      guard let product = constantProduct(node) else { continue }
      graph.nodes[index] = graph.packed(node, product)
    }
    return graph
  }

  /// Gives a MatMul with constant weights the N values that an Add would add to each of its rows, as a third input.
  private func takingBiases(keeping: Set<ValueName>) -> Graph {
    constantsAddedLast().absorbingReaders(keeping: keeping) { add, product in
      guard add.is("Add"), add.inputs.count == 2, product.is("MatMul"), product.inputs.count == 2,
        product.activation == .identity, product.rounding == nil,
        let n = constantProduct(product)?.n,
        let bias = constant(add.input(1)), bias.dtype == .float32, bias.shape.dims == [n]
      else { return false }
      product.inputs.append(add.input(1))
      (product.activation, product.rounding) = (add.activation, add.rounding)
      return true
    }
  }

  private func constantsAddedLast() -> Graph {
    var graph = self
    for (index, node) in nodes.enumerated() where node.is("Add") && node.inputs.count == 2 {
      if constant(node.input(0)) != nil { graph.nodes[index].inputs.swapAt(0, 1) }
    }
    return graph
  }

  /// x · (factor · weights) + bias.
  private struct ConstantProduct {
    let weights: Tensor
    var isTransposed = false
    var factor: Float = 1
    /// N values, or empty for none.
    var bias: [Float] = []

    var k: Int { weights.shape[isTransposed ? 1 : 0] }
    var n: Int { weights.shape[isTransposed ? 0 : 1] }
  }

  private func constantProduct(_ node: Node) -> ConstantProduct? {
    guard node.is("MatMul", "Gemm"), node.inputs.count >= 2,
      let weights = constant(node.input(1)), weights.dtype == .float32, weights.shape.rank == 2,
      weights.count > 0
    else { return nil }
    var product = ConstantProduct(weights: weights)
    guard node.is("MatMul") else { return gemm(node, product) }
    if let id = node.input(2) {
      guard let bias = constant(id), bias.dtype == .float32, bias.count == product.n else {
        return nil
      }
      product.bias = bias.array(of: Float.self)
    }
    return product
  }

  private func gemm(_ node: Node, _ product: ConstantProduct) -> ConstantProduct? {
    var product = product
    guard (try? node.attributes.flag("transA")) == false,
      let isTransposed = try? node.attributes.flag("transB"),
      let alpha = try? node.attributes.float("alpha", default: 1),
      let beta = try? node.attributes.float("beta", default: 1)
    else { return nil }
    (product.isTransposed, product.factor) = (isTransposed, alpha)
    guard let id = node.input(2) else { return product }
    guard let bias = constant(id), bias.dtype == .float32, bias.count == product.n,
      bias.shape.dims.last == product.n, bias.shape.rank <= 2
    else { return nil }
    product.bias = bias.array(of: Float.self).map { $0 * beta }
    return product
  }

  private mutating func packed(_ node: Node, _ product: ConstantProduct) -> Node {
    let matrix = PackedMatrix(k: product.k, n: product.n)
    let size = PackedMatrix.count(k: product.k, n: product.n)
    let weights = Tensor(TensorType(.float32, [size])) { bytes in
      product.weights.withBuffer(of: Float.self) { source in
        matrix.pack(
          source.baseAddress!, isTransposed: product.isTransposed, factor: product.factor,
          into: bytes.assumingMemoryBound(to: Float.self).baseAddress!)
      }
    }
    let width = ChannelBlocks.count(product.n) * ChannelBlocks.lanes
    let bias = product.bias + [Float](repeating: 0, count: width - product.bias.count)
    return node.replaced(
      by: PackedMatMul(matrix: matrix),
      reading: [
        node.input(0), add("\(node.name).weights", constant: weights),
        add("\(node.name).bias", constant: Tensor(bias, shape: [width])),
      ])
  }
}
