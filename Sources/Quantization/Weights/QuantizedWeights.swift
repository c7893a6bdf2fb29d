/// Integer codes of a weight tensor with the parameters that turn them back.
public struct QuantizedWeights: Sendable, Equatable {
  /// Row-major, one per weight.
  public var codes: [Int8]
  public let shape: [Int]
  /// The axis whose entries have their own parameters; nil where one serves all.
  public let axis: Int?
  /// Weights along the other axis of a matrix that share parameters; nil where all of them do.
  public var blockSize: Int?
  /// One per entry of `axis`, or exactly one. With blocks, row-major in the matrix's shape, where its inputs count
  /// in blocks.
  public var parameters: [QuantizationParameters]

  /// Stores codes of 4 bits one a byte.
  mutating func storeAsBytes() {
    for index in parameters.indices where parameters[index].storage == .int4 {
      parameters[index].storage = .int8
    }
  }

  public var scales: [Float] { parameters.map(\.scale) }

  /// The weights as the quantized model sees them.
  public func dequantized() -> [Float] {
    var result = [Float](repeating: 0, count: codes.count)
    WeightLayout(shape: shape, axis: axis, blockSize: blockSize).forEachRun { set, run in
      let parameters = parameters[set]
      for i in run { result[i] = parameters.dequantize(Int(codes[i])) }
    }
    return result
  }
}
