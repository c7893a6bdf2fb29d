/// The run-length coding of BMP's indices of 4 and 8 bits, read as Pillow reads it: a row that is left early goes on
/// with zeros, and all rows must be there.
struct BMPRuns {
  private var file: ByteCursor
  private let bits: Int
  private let size: ImageSize
  /// The rows in the order of the file.
  private var indices: [UInt8] = []
  private var column = 0

  init(file: ByteCursor, bits: Int, size: ImageSize) {
    self.file = file
    self.bits = bits
    self.size = size
  }

  private var count: Int { size.width * size.height }

  /// H×W indices, rows top to bottom.
  mutating func indices(isTopDown: Bool) throws(ImagingError) -> [UInt8] {
    indices.reserveCapacity(count)
    while indices.count < count {
      let length = try file.byte()
      let value = try file.byte()
      if length > 0 {
        appendRun(length, value)
      } else if value == 1 {
        break
      } else {
        try escape(value)
      }
    }
    guard indices.count >= count else {
      throw .damaged(
        format: BMPDecoder.name, reason: "runs for \(indices.count) of \(count) pixels")
    }
    let rows = isTopDown ? Array(0..<size.height) : (0..<size.height).reversed()
    return rows.flatMap { indices[$0 * size.width..<($0 + 1) * size.width] }
  }

  /// One index of 8 bits, or two of 4 bits in turn, not beyond the row.
  private mutating func appendRun(_ length: Int, _ value: Int) {
    let length = max(0, min(length, size.width - column))
    if bits == 8 {
      indices.append(contentsOf: repeatElement(UInt8(value), count: length))
    } else {
      for index in 0..<length { indices.append(UInt8(index % 2 == 0 ? value >> 4 : value & 15)) }
    }
    column += length
  }

  private mutating func escape(_ value: Int) throws(ImagingError) {
    switch value {
    case 0:
      appendZeros((size.width - indices.count % size.width) % size.width)
      column = 0
    case 2:
      let right = try file.byte()
      let down = try file.byte()
      appendZeros(right + down * size.width)
      column = indices.count % size.width
    default: try appendLiterals(value)
    }
  }

  private mutating func appendZeros(_ length: Int) {
    indices.append(contentsOf: repeatElement(0, count: min(length, count - indices.count)))
  }

  /// Indices as they are, filled up to 16 bits.
  private mutating func appendLiterals(_ announced: Int) throws(ImagingError) {
    let length = min(announced, count - indices.count)
    let packed = try file.take((length * bits + 7) / 8)
    for index in 0..<length {
      let byte = packed[index * bits / 8]
      indices.append(bits == 8 ? byte : index % 2 == 0 ? byte >> 4 : byte & 15)
    }
    column += announced
    if indices.count < count, file.position % 2 != 0 { try file.skip(1) }
  }
}
