/// The first samples of a source.
struct FirstSamples: SampleSource {
  let source: any SampleSource
  let count: Int
  var sampleShape: [Int] { source.sampleShape }

  init(_ source: any SampleSource, _ limit: Int) {
    self.source = source
    count = min(limit, source.count)
  }

  func name(of index: Int) -> String { source.name(of: index) }

  func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    try source.write(index, into: values)
  }
}
