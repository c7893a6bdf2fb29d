import CImageCodecs

/// JPEG through libjpeg with its defaults (accurate integer IDCT, fancy upsampling).
public struct JPEGDecoder: ImageDecoder {
  public let format = "JPEG"

  public init() {}

  public func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: [0xFF, 0xD8, 0xFF])
  }

  private var functions: CodecFunctions {
    CodecFunctions(header: calibrant_jpeg_header, decode: calibrant_jpeg_decode)
  }

  public func size(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageSize {
    try functions.size(bytes, format: format)
  }

  public func decode(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageBuffer {
    try functions.image(bytes, format: format)
  }

  public func orientation(of bytes: UnsafeRawBufferPointer) -> Orientation {
    Orientation(jpeg: bytes) ?? .upright
  }
}
