import CImageCodecs

/// WebP through libwebp. Alpha is dropped; of an animation there is the first frame, on black.
public struct WebPDecoder: ImageDecoder {
  public let format = "WebP"

  public init() {}

  public func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 12 && bytes.starts(with: "RIFF".utf8) && bytes[8...].starts(with: "WEBP".utf8)
  }

  private var functions: CodecFunctions {
    CodecFunctions(header: calibrant_webp_header, decode: calibrant_webp_decode)
  }

  public func size(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageSize {
    try functions.size(bytes, format: format)
  }

  public func decode(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageBuffer {
    try functions.image(bytes, format: format)
  }

  public func orientation(of bytes: UnsafeRawBufferPointer) -> Orientation {
    Orientation(webp: bytes) ?? .upright
  }
}
