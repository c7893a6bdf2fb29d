import Engine

/// The first samples of a source.
struct FirstSamples: SampleSource {
  let source: any SampleSource
  let count: Int
  var sampleShape: [Int] { source.sampleShape }
  var isUniform: Bool { source.isUniform }

  init(_ source: any SampleSource, _ limit: Int) {
    self.source = source
    count = min(limit, source.count)
  }

  func shape(of index: Int) -> [Int] { source.shape(of: index) }

  func name(of index: Int) -> String { source.name(of: index) }

  var arrayForm: ArrayForm? { source.arrayForm }

  func inputs(of samples: [Int]) throws -> [Tensor] {
    try source.inputs(of: samples)
  }

  func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    try source.write(index, into: values)
  }
}
