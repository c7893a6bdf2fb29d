import Engine

/// Some samples of a source, in any order.
struct SomeSamples: SampleSource {
  private let source: any SampleSource
  private let places: [Int]

  /// - Parameter places: among the source's samples.
  init(_ source: any SampleSource, at places: [Int]) {
    (self.source, self.places) = (source, places)
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
