import CalibrantEngine

/// Some samples of a source, in any order.
struct SomeSamples: SampleSource {
  private let source: any SampleSource
  private let places: [Int]

  /// - Parameter places: among the source's samples.
  init(_ source: any SampleSource, at places: some Sequence<Int>) {
    (self.source, self.places) = (source, Array(places))
  }

  /// As many as there are, up to a limit.
  init(first limit: Int, of source: any SampleSource) {
    self.init(source, at: 0..<min(limit, source.count))
  }

  var count: Int { places.count }
  var sampleShape: [Int] { source.sampleShape }
  var isUniform: Bool { source.isUniform }

  func shape(of index: Int) -> [Int] { source.shape(of: places[index]) }

  func name(of index: Int) -> String { source.name(of: places[index]) }

  var arrayForm: ArrayForm? { source.arrayForm }

  func inputs(of samples: [Int]) throws -> [Tensor] {
    try source.inputs(of: samples.map { places[$0] })
  }

  func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    try source.write(places[index], into: values)
  }
}
