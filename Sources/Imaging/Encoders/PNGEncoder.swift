import CImageCodecs

/// PNG of 8 bits, written by libpng.
public struct PNGEncoder: Sendable {
  public init() {}

  /// The bytes of a PNG file in RGB; sides of 1...1,000,000 pixels, libpng's own default limit.
  public func encode(_ image: ImageBuffer) throws(ImageEncodingError) -> [UInt8] {
    try image.encoded(as: "PNG", maximumSide: 1_000_000) {
      calibrant_encode_png($0, $1, $2, $3, $4, $5)
    }
  }

  /// The bytes of a PNG file with a palette, whose pixels are the mask's indices.
  ///
  /// - Parameter palette: 256 colours, each red, green and blue.
  public func encode(_ mask: IndexMask, palette: [[UInt8]]) throws(ImageEncodingError) -> [UInt8] {
    precondition(
      palette.count == 256 && palette.allSatisfy { $0.count == 3 }, "every index has a colour")
    let colors = palette.flatMap(\.self)
    return try encodedBytes(
      of: mask.indices, width: mask.width, height: mask.height, format: "PNG",
      maximumSide: 1_000_000
    ) { calibrant_encode_png_indices($0, colors, $1, $2, $3, $4, $5) }
  }
}
