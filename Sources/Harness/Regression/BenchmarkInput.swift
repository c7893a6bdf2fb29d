import CalibrantEngine
import CalibrantLinearAlgebra
import CalibrantONNXFormat

/// What a benchmark feeds a model: seeded noise of the declared shapes.
struct BenchmarkInput: Sendable {
  private let inputs: [(dtype: DType, dimensions: [Dimension])]
  /// Set where the model takes only batches of one size.
  let fixedBatch: Int?

  /// - Throws: `HarnessError.notBenchable` where a dimension other than the batch is open.
  init(of program: Program) throws(HarnessError) {
    var inputs: [(DType, [Dimension])] = []
    for input in program.inputs {
      guard let dimensions = input.dimensions,
        dimensions.dropFirst().allSatisfy({ $0.size != nil })
      else { throw .notBenchable(reason: "its input '\(input.name)' has an open size") }
      inputs.append((input.dtype, dimensions))
    }
    self.inputs = inputs
    fixedBatch = inputs.first?.1.first?.size
  }

  func types(batch: Int) -> [TensorType] {
    inputs.map { input in
      let sizes = input.dimensions.map { $0.size ?? batch }
      return TensorType(input.dtype, Shape(sizes))
    }
  }

  func tensors(batch: Int, seed: UInt64) -> [Tensor] {
    var random = SplitMix64(seed: seed)
    return types(batch: batch).map { type in
      Tensor(type) { bytes in
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        guard type.dtype == .float32 else { return }
        let values = bytes.assumingMemoryBound(to: Float.self)
        for index in values.indices { values[index] = Float.random(in: -2..<2, using: &random) }
      }
    }
  }
}
