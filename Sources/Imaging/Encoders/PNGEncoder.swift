import CImageCodecs

/// 8-bit RGB PNG, written by libpng.
public struct PNGEncoder: Sendable {
  public init() {}

  /// The bytes of a PNG file; sides of 1...1,000,000 pixels, libpng's own default limit.
  public func encode(_ image: ImageBuffer) throws(ImageEncodingError) -> [UInt8] {
    try encodedBytes(of: image, format: "PNG", maximumSide: 1_000_000) {
      calibrant_encode_png($0, $1, $2, $3, $4, $5)
    }
  }
}
