/// An image's output cut into parts whose input fits into the second-level cache.
struct Bands {
  struct Band {
    let rows: Range<Int>
    let columns: Range<Int>
    /// Output pixels from one row to the next.
    let rowLength: Int
  }

  /// Leaves half of a common second-level cache of 512 KiB to weights and output.
  private static let inputBytes = 256 * 1024

  let count: Int
  private let size: (height: Int, width: Int)
  private let step: (rows: Int, columns: Int)
  private let across: Int

  /// - Parameter elementSize: bytes of a value of the input.
  init(_ shape: ConvolutionShape, _ plane: InputPlane, elementSize: Int = 4) {
    // A pointwise convolution does not know rows: its image is one long row.
    let isOneRow = plane.isPointwise
    size = isOneRow ? (1, shape.positions) : (shape.outHeight, shape.outWidth)
    let pixel = shape.inChannels * plane.stride.x * elementSize
    let columns = min(size.width, max(56, Self.inputBytes / max(1, pixel)))
    let row = pixel * columns * plane.stride.y
    step = (max(1, min(size.height, Self.inputBytes / max(1, row))), columns)
    across = (size.width + columns - 1) / columns
    count = (size.height + step.rows - 1) / step.rows * across
  }

  subscript(index: Int) -> Band {
    let (row, column) = (index / across * step.rows, index % across * step.columns)
    return Band(
      rows: row..<min(row + step.rows, size.height),
      columns: column..<min(column + step.columns, size.width), rowLength: size.width)
  }
}
