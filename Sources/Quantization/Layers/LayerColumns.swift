import CalibrantEngine

/// The rows that a layer multiplies its weights with, for one sample: those of the im2col matrix, or of the input itself.
enum LayerColumns: Sendable {
  case convolution(ConvolutionWindow)
  case matrix(depth: Int, positions: Int)

  var groups: Int {
    switch self {
    case .convolution(let window): window.groups
    case .matrix: 1
    }
  }

  var depth: Int {
    switch self {
    case .convolution(let window): window.depth
    case .matrix(let depth, _): depth
    }
  }

  /// Rows of one sample.
  var positions: Int {
    switch self {
    case .convolution(let window): window.positions
    case .matrix(_, let positions): positions
    }
  }

  /// Adds the sums over all positions, groups × depth.
  func addSums(_ sample: UnsafePointer<Float>, into sums: inout [Double]) {
    switch self {
    case .convolution(let window):
      window.addColumnSums(sample, into: &sums)
    case .matrix(let depth, let positions):
      for position in 0..<positions {
        for i in 0..<depth { sums[i] += Double(sample[position * depth + i]) }
      }
    }
  }

  /// Writes the rows at some positions; those of the next group start `groupStride` floats later.
  func gather(
    _ sample: UnsafePointer<Float>, at positions: [Int], into rows: UnsafeMutablePointer<Float>,
    groupStride: Int
  ) {
    switch self {
    case .convolution(let window):
      window.gather(sample, at: positions, into: rows, groupStride: groupStride)
    case .matrix(let depth, _):
      for (index, position) in positions.enumerated() {
        (rows + index * depth).update(from: sample + position * depth, count: depth)
      }
    }
  }
}
