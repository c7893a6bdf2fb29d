import CKernels

extension MultiplyCodes: NodeKernel, MultiplyAccumulating {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let a = try inputs.requiredBytes(0, "A").shape
    let b = try inputs.requiredBytes(1, "B").shape
    guard let product = MatrixProduct(a, b) else {
      throw .shapeMismatch(reason: "shapes \(a) and \(b) cannot be multiplied")
    }
    return [TensorType(output == nil ? .float32 : .uint8, product.output)]
  }

  func run(_ call: OperatorCall) {
    let shape = call.input(1).shape
    guard let product = MatrixProduct(call.input(0).shape, shape), call.output.count > 0 else {
      return
    }
    let products = CodeProducts(
      product, CodeMatrix.all(of: call.codes(1), shape, isSigned: false, workers: call.workers))
    let (target, loops) = (call.layerOutput(), BlockLoops.best.table.pointee)
    products.forEachRow(of: call.codes(0), workers: call.workers) { row in
      var ending = ending(of: row)
      let y = target.advanced(by: row.index * product.n)
      loops.finishRow(
        &ending, row.sums, row.matrix.columnSums.base, Int64(product.n), y.codes, y.values)
    }
  }

  private func ending(of row: CodeProducts.Row) -> CKRowEnding {
    let zeroPoint = Int32(left.zeroPoint)
    // Of codes as `CodeMatrix` takes them.
    let other = Int32(right.zeroPoint - 128)
    let less = other == 0 ? 0 : other &* (row.codeSum &- Int32(row.codes.count) &* zeroPoint)
    let scale = left.scale * right.scale
    return CKRowEnding(
      zeroPoint: zeroPoint, less: less, factor: output.map { scale / $0.scale } ?? scale,
      grid: output?.loops ?? CKCodeGrid())
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * (inputs[0].shape.dims.last ?? 1)
  }
}
