extension QuantizeCodes: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [TensorType(.uint8, try inputs.requiredFloat(0, "x").shape)]
  }

  func run(_ call: OperatorCall) {
    guard call.output.count > 0, let x = call.input(0).floats.baseAddress else { return }
    ByteElements(workers: call.workers).quantize(
      x, count: call.output.count, to: grid, into: call.outputCodes)
  }
}

extension DequantizeCodes: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [TensorType(.float32, try inputs.requiredBytes(0, "x").shape)]
  }

  func run(_ call: OperatorCall) {
    guard let y = call.output.floats.baseAddress else { return }
    ByteElements(workers: call.workers).dequantize(
      call.codes(0), count: call.output.count, from: grid, into: y)
  }
}

extension FlippedCodes: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [TensorType(isSigned ? .int8 : .uint8, try inputs.requiredCodes(0, "x").shape)]
  }

  func run(_ call: OperatorCall) {
    ByteElements(workers: call.workers).map(
      call.codes(0), count: call.output.count, .flippingSigns, into: call.outputCodes)
  }
}

extension MapCodes: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try inputs.requiredBytes(0, "x")]
  }

  func run(_ call: OperatorCall) {
    ByteElements(workers: call.workers).map(
      call.codes(0), count: call.output.count, table, into: call.outputCodes)
  }
}

extension CombineCodes: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let (a, b) = (try inputs.requiredBytes(0, "A"), try inputs.requiredCodes(1, "B"))
    guard let shape = a.shape.broadcast(with: b.shape) else {
      throw .shapeMismatch(reason: "shapes \(a.shape) and \(b.shape) do not broadcast")
    }
    return [TensorType(.uint8, shape)]
  }

  func run(_ call: OperatorCall) {
    pair.combine(call.input(0), call.input(1), into: call.output, workers: call.workers)
  }
}

extension CodePair {
  /// - Parameter output: of the shape that both broadcast to.
  func combine(
    _ a: TensorView, _ b: TensorView, into output: MutableTensorView, workers: Workers
  ) {
    let elements = ByteElements(workers: workers)
    let (x, y) = (
      a.base.assumingMemoryBound(to: UInt8.self), b.base.assumingMemoryBound(to: UInt8.self)
    )
    let codes = output.base.assumingMemoryBound(to: UInt8.self)
    let shape = output.shape
    if a.shape == b.shape {
      elements.combine(x, y, count: output.count, self, into: codes)
    } else if a.shape == shape, b.isPerChannel(of: shape) {
      // An image's own, or those of all images.
      let planes = b.shape[0] * b.shape[1]
      for start in stride(from: 0, to: output.count, by: planes * shape.count(2...)) {
        elements.combine(
          x + start, perChannel: y, planes: planes, pixels: shape[2] * shape[3], self,
          into: codes + start)
      }
    } else if b.shape == shape, a.isPerChannel(of: shape) {
      swapped.combine(b, a, into: output, workers: workers)
    } else {
      combineRuns(BroadcastRuns(a.shape, b.shape, output: shape), x, y, into: codes)
    }
  }

  private func combineRuns(
    _ runs: BroadcastRuns, _ x: UnsafePointer<UInt8>, _ y: UnsafePointer<UInt8>,
    into codes: UnsafeMutablePointer<UInt8>
  ) {
    let (combine, count) = (BlockLoops.best.table.pointee.combineCodes!, Int64(runs.count))
    let lanes = ChannelBlocks.lanes
    let repeated = AlignedValues<UInt8>(lanes)
    var (own, other) = (loops, swapped.loops)
    runs.forEach { a, b, start in
      if runs.count == 1 || (runs.stepA == 1 && runs.stepB == 1) {
        combine(&own, x + a, y + b, Int64(lanes), count, codes + start)
      } else if runs.stepA == 1 {
        repeated.base.update(repeating: y[b], count: lanes)
        combine(&own, x + a, repeated.base, 0, count, codes + start)
      } else {
        // A repeated operand counts as the second, as in QLinearAdd.
        repeated.base.update(repeating: x[a], count: lanes)
        combine(&other, y + b, repeated.base, 0, count, codes + start)
      }
    }
  }
}

extension TensorView {
  /// Whether blocked codes hold one per channel of others.
  fileprivate func isPerChannel(of other: Shape) -> Bool {
    other.rank == 5 && shape.rank == 5 && (shape[0] == other[0] || shape[0] == 1)
      && shape[1] == other[1] && shape[2] == 1 && shape[3] == 1 && shape[4] == other[4]
  }
}

extension ByteTable {
  static let flippingSigns = ByteTable(codes: (0...255).map { $0 ^ 0x80 })
}
