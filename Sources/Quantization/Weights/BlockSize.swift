/// Blocked weights: runs of a matrix's inputs share a scale, instead of all inputs of an output channel
/// (DequantizeLinear with `block_size`, opset 21).
extension WeightScheme {
  public static let blockSizes = [32, 64, 128]

  /// The block size of a layer's weights; nil where they have no blocks.
  ///
  /// A MatMul or Gemm has them where its inputs are at least two whole blocks.
  func blockSize(of layer: WeightedLayer, bits: Int) -> Int? {
    guard let blockSize, grid(bits: bits).storage == .int4, layer.shape.count == 2,
      ["MatMul", "Gemm"].contains(layer.opType), axis(of: layer) != nil
    else { return nil }
    let inputs = layer.shape[1 - layer.axis]
    return inputs.isMultiple(of: blockSize) && inputs >= 2 * blockSize ? blockSize : nil
  }
}
