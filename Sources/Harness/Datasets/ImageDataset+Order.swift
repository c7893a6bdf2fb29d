import CalibrantLinearAlgebra

extension ImageDataset {
  /// The same images in a seeded random order, so that any first part is a fair sample of the whole.
  public func shuffled(seed: UInt64) -> ImageDataset {
    var random = SplitMix64(seed: seed)
    return with(samples.shuffled(using: &random))
  }

  /// Up to `count` images from position `start` on.
  func slice(from start: Int, count: Int) -> ImageDataset {
    with(Array(samples.dropFirst(start).prefix(count)))
  }
}
