/// GIF's variety of Lempel-Ziv-Welch coding: codes of growing width, low bits first, in blocks of up to 255 bytes.
struct GIFCodes {
  private var file: ByteCursor
  private var blockBytes = 0
  private var bits = 0
  private var bitCount = 0
  /// A string is its prefix's string and a last byte.
  private var prefixes = [Int](repeating: 0, count: Self.tableSize)
  private var lastBytes = [UInt8](repeating: 0, count: Self.tableSize)
  private var string: [UInt8] = []

  private static let tableSize = 4096
  private static let widestCode = 12

  init(_ file: ByteCursor) {
    self.file = file
  }

  /// Decodes until the canvas is full.
  mutating func decode(into canvas: inout GIFCanvas) throws(ImagingError) {
    let literalBits = try file.byte()
    guard (1..<Self.widestCode).contains(literalBits) else { throw Self.invalid }
    let clear = 1 << literalBits
    var width = literalBits + 1
    var next = clear + 2
    var previous: Int?
    while !canvas.isFull {
      let code = try nextCode(width)
      if code == clear {
        (width, next, previous) = (literalBits + 1, clear + 2, nil)
        continue
      }
      guard code != clear + 1 else { throw Self.early }
      guard let last = previous else {
        guard code < clear else { throw Self.invalid }
        canvas.append(UInt8(truncatingIfNeeded: code))
        previous = code
        continue
      }
      guard code <= next, code < Self.tableSize else { throw Self.invalid }
      // The code that is about to be defined: the last string and its own first byte.
      expand(code == next ? last : code, clear)
      let first = string[string.count - 1]
      for byte in string.reversed() { canvas.append(byte) }
      if code == next { canvas.append(first) }
      previous = code
      guard next < Self.tableSize else { continue }
      prefixes[next] = last
      lastBytes[next] = first
      if next == 1 << width - 1, width < Self.widestCode { width += 1 }
      next += 1
    }
  }

  /// The string of a code, its last byte first.
  private mutating func expand(_ code: Int, _ clear: Int) {
    string.removeAll(keepingCapacity: true)
    var code = code
    while code >= clear {
      string.append(lastBytes[code])
      code = prefixes[code]
    }
    string.append(UInt8(truncatingIfNeeded: code))
  }

  private mutating func nextCode(_ width: Int) throws(ImagingError) -> Int {
    while bitCount < width {
      if blockBytes == 0 {
        blockBytes = try file.byte()
        guard blockBytes > 0 else { throw Self.early }
      }
      bits |= try file.byte() << bitCount
      bitCount += 8
      blockBytes -= 1
    }
    defer {
      bits >>= width
      bitCount -= width
    }
    return bits & (1 << width - 1)
  }

  private static let invalid = ImagingError.damaged(
    format: GIFDecoder.name, reason: "an invalid code")
  private static let early = ImagingError.damaged(
    format: GIFDecoder.name, reason: "premature end of the frame")
}
