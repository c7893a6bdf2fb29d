import CImageCodecs

/// Baseline JPEG with 4:2:0 chroma, written by libjpeg.
public struct JPEGEncoder: Sendable {
  /// libjpeg's scale, 1 (smallest file) to 100 (fewest errors).
  public let quality: Int

  public init(quality: Int = 90) {
    precondition((1...100).contains(quality), "JPEG quality is 1...100")
    self.quality = quality
  }

  /// The bytes of a JPEG file; sides of 1...65500 pixels, the most that libjpeg stores.
  public func encode(_ image: ImageBuffer) throws(ImageEncodingError) -> [UInt8] {
    try image.encoded(as: "JPEG", maximumSide: 65_500) {
      calibrant_encode_jpeg($0, $1, $2, Int32(quality), $3, $4, $5)
    }
  }
}
