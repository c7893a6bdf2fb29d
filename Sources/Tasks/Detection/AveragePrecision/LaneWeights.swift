/// One number for each of several resamples that are weighed side by side.
///
/// Counts of detections are whole numbers below 2^53 and so exact; as `Double`s they are divided without conversion.
typealias Lanes = SIMD8<Double>

/// How often each image counts in several resamples.
struct LaneWeights {
  private let byImage: [Lanes]

  /// - Parameter resamples: as many as there are lanes, or fewer: no image counts in the lanes that are left.
  init(_ resamples: ArraySlice<[Int]>, imageCount: Int) {
    var byImage = [Lanes](repeating: .zero, count: imageCount)
    for (lane, weights) in resamples.enumerated() {
      for (image, weight) in weights.enumerated() { byImage[image][lane] = Double(weight) }
    }
    self.byImage = byImage
  }

  subscript(image: Int) -> Lanes { byImage[image] }
}
