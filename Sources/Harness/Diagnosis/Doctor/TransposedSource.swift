/// Samples whose rows and columns trade places.
struct TransposedSource<Source: SampleSource>: SampleSource {
  let source: Source

  var count: Int { source.count }
  var sampleShape: [Int] { [source.sampleShape[0], source.sampleShape[2], source.sampleShape[1]] }

  func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    let (rows, columns) = (source.sampleShape[1], source.sampleShape[2])
    try withUnsafeTemporaryAllocation(of: Float.self, capacity: values.count) { upright in
      upright.initialize(repeating: 0)
      try source.write(index, into: upright)
      for plane in 0..<source.sampleShape[0] {
        let start = plane * rows * columns
        for row in 0..<rows {
          for column in 0..<columns {
            values[start + column * rows + row] = upright[start + row * columns + column]
          }
        }
      }
    }
  }
}
