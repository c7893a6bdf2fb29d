/// Numbers in text, with space between and comments from `#` to the end of a line.
struct NetpbmTokens {
  private(set) var file: ByteCursor

  init(_ file: ByteCursor) {
    self.file = file
  }

  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }

  /// The next decimal number, and the one space behind it.
  mutating func number() throws(ImagingError) -> Int {
    guard var value = try digit() else { throw Self.invalid }
    var digits = 1
    while let byte = nextByte(), !Self.isSpace(byte) {
      guard let digit = Self.digit(byte), digits < Self.longest else { throw Self.invalid }
      value = 10 * value + digit
      digits += 1
    }
    return value
  }

  /// The next digit, which must be 0 or 1.
  mutating func bit() throws(ImagingError) -> Bool {
    guard let digit = try digit(), digit <= 1 else { throw Self.invalid }
    return digit == 1
  }

  private static let longest = 10

  private static func digit(_ byte: UInt8) -> Int? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
  }

  /// nil when the next byte behind space is no digit.
  private mutating func digit() throws(ImagingError) -> Int? {
    while let byte = nextByte() {
      if !Self.isSpace(byte) { return Self.digit(byte) }
    }
    throw .damaged(format: NetpbmDecoder.name, reason: "premature end of file")
  }

  /// The next byte outside comments, which join what is around them; nil at the end.
  private mutating func nextByte() -> UInt8? {
    while let byte = try? file.byte() {
      guard byte == UInt8(ascii: "#") else { return UInt8(byte) }
      while let skipped = try? file.byte(), skipped != 0x0A, skipped != 0x0D {}
    }
    return nil
  }

  private static let invalid = ImagingError.damaged(
    format: NetpbmDecoder.name, reason: "an invalid number")
}
