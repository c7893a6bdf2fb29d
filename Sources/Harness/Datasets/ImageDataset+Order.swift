extension ImageDataset {
  /// The same images in a seeded random order, so that any first part is a fair sample of the whole.
  public func shuffled(seed: UInt64) -> ImageDataset {
    var random = SplitMix64(seed: seed)
    return ImageDataset(
      name: name, samples: samples.shuffled(using: &random), classNames: classNames)
  }

  /// Up to `count` images from position `start` on.
  func slice(from start: Int, count: Int) -> ImageDataset {
    ImageDataset(
      name: name, samples: Array(samples.dropFirst(start).prefix(count)), classNames: classNames)
  }
}
