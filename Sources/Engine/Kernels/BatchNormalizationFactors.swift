/// The affine map per channel that an inference-time batch normalization is: y = factor · x + offset.
package struct BatchNormalizationFactors: Sendable {
  package let factor: [Double]
  package let offset: [Double]

  /// - Parameters are the node's inputs, one value per channel; `epsilon` its attribute.
  package init(scale: [Float], bias: [Float], mean: [Float], variance: [Float], epsilon: Float) {
    factor = zip(scale, variance).map { Double($0) / (Double($1) + Double(epsilon)).squareRoot() }
    offset = zip(zip(bias, mean), factor).map { Double($0.0) - Double($0.1) * $1 }
  }

  /// Weights and bias of a layer that computes normalization(layer(x)).
  /// - Parameters:
  ///   - weights: any number of times channels × `inner` values.
  ///   - inner: how many weights of one output channel lie side by side.
  ///   - bias: the layer's own bias, nil for none.
  package func folded(
    weights: [Float], inner: Int, bias: [Float]?
  ) -> (weights: [Float], bias: [Float]) {
    var folded = weights
    folded.withUnsafeMutableBufferPointer { folded in
      for (run, start) in stride(from: 0, to: folded.count, by: max(inner, 1)).enumerated() {
        let factor = factor[run % factor.count]
        for i in start..<start + inner { folded[i] = Float(Double(folded[i]) * factor) }
      }
    }
    let shifted = factor.indices.map { Float(Double(bias?[$0] ?? 0) * factor[$0] + offset[$0]) }
    return (folded, shifted)
  }
}
