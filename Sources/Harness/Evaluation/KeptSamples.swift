/// Samples held in memory, for sources that take longer to make than a pass takes to use.
struct KeptSamples: SampleSource {
  let count: Int
  let sampleShape: [Int]
  private let values: [Float]
  private let names: [String]

  /// - Precondition: samples of one shape.
  init(_ source: some SampleSource) throws {
    precondition(source.isUniform, "samples that are kept have one shape")
    (count, sampleShape) = (source.count, source.sampleShape)
    names = (0..<source.count).map(source.name)
    let size = source.sampleSize
    var values = [Float](repeating: 0, count: source.count * size)
    try values.withUnsafeMutableBufferPointer { all in
      for index in 0..<source.count {
        try source.write(
          index, into: UnsafeMutableBufferPointer(rebasing: all[index * size..<(index + 1) * size]))
      }
    }
    self.values = values
  }

  func name(of index: Int) -> String { names[index] }

  func write(_ index: Int, into sample: UnsafeMutableBufferPointer<Float>) {
    let size = sampleSize
    values.withUnsafeBufferPointer { all in
      _ = sample.update(
        fromContentsOf: UnsafeBufferPointer(rebasing: all[index * size..<(index + 1) * size]))
    }
  }
}
