/// BMP: palettes of 1, 4 and 8 bits, plain or run-length coded, and 16, 24 and 32 bits, rows in either order.
/// Alpha is dropped.
public struct BMPDecoder: ImageDecoder {
  static let name = "BMP"
  public let format = BMPDecoder.name

  public init() {}

  public func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: "BM".utf8)
  }

  public func size(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageSize {
    try BMPHeader(bytes).size
  }

  public func decode(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageBuffer {
    let header = try BMPHeader(bytes)
    let pixels = ByteCursor(bytes: bytes, format: format, position: header.start)
    switch header.encoding {
    case .indices(let bits, let palette):
      return palette.image(try Self.indices(pixels, bits: bits, header), header.size)
    case .runs(let bits, let palette):
      var runs = BMPRuns(file: pixels, bits: bits, size: header.size)
      return palette.image(try runs.indices(isTopDown: header.isTopDown), header.size)
    case .samples(let samples):
      return try Self.image(pixels, samples, header)
    }
  }

  /// Packed indices of 1, 4 or 8 bits, the highest bits first.
  private static func indices(
    _ file: ByteCursor, bits: Int, _ header: BMPHeader
  ) throws(ImagingError) -> [UInt8] {
    let width = header.size.width
    var indices = [UInt8](repeating: 0, count: width * header.size.height)
    let mask = UInt8(1 << bits - 1)
    for (row, y) in header.rows.enumerated() {
      let packed = try header.row(row, of: file, bits: bits)
      for x in 0..<width {
        let bit = x * bits
        indices[y * width + x] = packed[bit / 8] >> UInt8(8 - bits - bit % 8) & mask
      }
    }
    return indices
  }

  private static func image(
    _ file: ByteCursor, _ samples: BMPSamples, _ header: BMPHeader
  ) throws(ImagingError) -> ImageBuffer {
    let (width, height) = (header.size.width, header.size.height)
    var pixels = [UInt8](repeating: 0, count: width * height * ImageBuffer.channels)
    for (row, y) in header.rows.enumerated() {
      let packed = try header.row(row, of: file, bits: samples.bytes * 8)
      for x in 0..<width {
        samples.unpack(packed, x, into: &pixels, at: (y * width + x) * ImageBuffer.channels)
      }
    }
    return ImageBuffer(width: width, height: height, pixels: pixels)
  }
}
