import CImageCodecs

/// PNG through libpng. Alpha is dropped; 16-bit samples become `round(v / 257)`.
public struct PNGDecoder: ImageDecoder {
  public let format = "PNG"

  public init() {}

  public func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  }

  private var functions: CodecFunctions {
    CodecFunctions(header: calibrant_png_header, decode: calibrant_png_decode)
  }

  public func size(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageSize {
    try functions.size(bytes, format: format)
  }

  public func decode(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageBuffer {
    try functions.image(bytes, format: format)
  }
}
