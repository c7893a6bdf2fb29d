/// PBM, PGM and PPM, plain and raw: `P1` to `P6`. Samples up to a largest value other than 255 are scaled to it.
public struct NetpbmDecoder: ImageDecoder {
  static let name = "PPM"
  public let format = NetpbmDecoder.name

  public init() {}

  public func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 3 && bytes[0] == UInt8(ascii: "P")
      && (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(bytes[1])
      && NetpbmTokens.isSpace(bytes[2])
  }

  public func size(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageSize {
    try NetpbmHeader(bytes).size
  }

  public func decode(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageBuffer {
    let header = try NetpbmHeader(bytes)
    var file = ByteCursor(bytes: bytes, format: format, position: header.start)
    let samples =
      switch (header.isPlain, header.isBitmap) {
      case (true, true): try Self.plainBits(file, header)
      case (true, false): try Self.plainSamples(file, header)
      case (false, true): try Self.rawBits(&file, header)
      case (false, false): try Self.rawSamples(&file, header)
      }
    guard header.channels == 3 else { return Palette { UInt8($0) }.image(samples, header.size) }
    return ImageBuffer(width: header.size.width, height: header.size.height, pixels: samples)
  }

  /// Ones and zeros, with or without space between.
  private static func plainBits(
    _ file: ByteCursor, _ header: NetpbmHeader
  ) throws(ImagingError) -> [UInt8] {
    var tokens = NetpbmTokens(file)
    var samples: [UInt8] = []
    for _ in 0..<header.count { samples.append(try tokens.bit() ? 0 : 255) }
    return samples
  }

  private static func plainSamples(
    _ file: ByteCursor, _ header: NetpbmHeader
  ) throws(ImagingError) -> [UInt8] {
    var tokens = NetpbmTokens(file)
    var samples: [UInt8] = []
    for _ in 0..<header.count {
      let value = try tokens.number()
      guard value <= header.largest else {
        throw .damaged(format: name, reason: "\(value) is more than the largest value")
      }
      samples.append(header.levels[value])
    }
    return samples
  }

  /// Rows of whole bytes, the highest bit first; ones are black.
  private static func rawBits(
    _ file: inout ByteCursor, _ header: NetpbmHeader
  ) throws(ImagingError) -> [UInt8] {
    var samples: [UInt8] = []
    samples.reserveCapacity(header.count)
    for _ in 0..<header.size.height {
      let row = try file.take((header.size.width + 7) / 8)
      for x in 0..<header.size.width {
        samples.append(row[x / 8] >> UInt8(7 - x % 8) & 1 == 1 ? 0 : 255)
      }
    }
    return samples
  }

  /// Bytes, or words of 16 bits with the high byte first.
  private static func rawSamples(
    _ file: inout ByteCursor, _ header: NetpbmHeader
  ) throws(ImagingError) -> [UInt8] {
    let isWide = header.largest > 255
    let raw = try file.take(header.count * (isWide ? 2 : 1))
    guard header.largest != 255 else { return Array(raw) }
    return (0..<header.count).map { index in
      let value = isWide ? Int(raw[2 * index]) << 8 | Int(raw[2 * index + 1]) : Int(raw[index])
      return header.levels[min(value, header.largest)]
    }
  }
}
