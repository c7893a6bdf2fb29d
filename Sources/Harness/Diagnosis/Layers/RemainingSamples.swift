import Engine

/// The samples of a source from a position on.
struct RemainingSamples: SampleSource {
  let source: any SampleSource
  let start: Int
  var count: Int { source.count - start }
  var sampleShape: [Int] { source.sampleShape }
  var isUniform: Bool { source.isUniform }

  init(_ source: any SampleSource, from start: Int) {
    precondition((0...source.count).contains(start), "samples remain from a position within")
    self.source = source
    self.start = start
  }

  func shape(of index: Int) -> [Int] { source.shape(of: start + index) }

  func name(of index: Int) -> String { source.name(of: start + index) }

  var arrayForm: ArrayForm? { source.arrayForm }

  func inputs(of samples: [Int]) throws -> [Tensor] {
    try source.inputs(of: samples.map { start + $0 })
  }

  func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    try source.write(start + index, into: values)
  }
}
