/// Reads a file from a position on. Integers have their low byte first; what is not there is an error.
struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  /// The format's name in errors.
  let format: String
  var position = 0

  var isAtEnd: Bool { position >= bytes.count }

  mutating func take(_ count: Int) throws(ImagingError) -> UnsafeRawBufferPointer {
    guard count >= 0, position >= 0, position <= bytes.count, count <= bytes.count - position else {
      throw .damaged(format: format, reason: "premature end of file")
    }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  mutating func skip(_ count: Int) throws(ImagingError) {
    _ = try take(count)
  }

  /// 8 bits.
  mutating func byte() throws(ImagingError) -> Int {
    Int(try take(1)[0])
  }

  /// 16 bits.
  mutating func short() throws(ImagingError) -> Int {
    Int(UInt16(littleEndian: try take(2).loadUnaligned(as: UInt16.self)))
  }

  /// 32 bits, never negative.
  mutating func long() throws(ImagingError) -> Int {
    Int(UInt32(littleEndian: try take(4).loadUnaligned(as: UInt32.self)))
  }
}
