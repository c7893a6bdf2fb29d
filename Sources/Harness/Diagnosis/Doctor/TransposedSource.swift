/// Samples whose rows and columns trade places.
struct TransposedSource<Source: SampleSource>: SampleSource {
  let source: Source

  var count: Int { source.count }
  var sampleShape: [Int] { Self.transposed(source.sampleShape) }
  var isUniform: Bool { source.isUniform }

  func shape(of index: Int) -> [Int] { Self.transposed(source.shape(of: index)) }

  private static func transposed(_ shape: [Int]) -> [Int] { [shape[0], shape[2], shape[1]] }

  func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    let shape = source.shape(of: index)
    let (rows, columns) = (shape[1], shape[2])
    try withUnsafeTemporaryAllocation(of: Float.self, capacity: values.count) { upright in
      upright.initialize(repeating: 0)
      try source.write(index, into: upright)
      for plane in 0..<shape[0] {
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
