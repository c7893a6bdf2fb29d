import CImageCodecs

/// TIFF through libtiff: the first directory's image, turned as its orientation tag says, which belongs to the format.
/// Alpha is dropped; of 16-bit samples the high byte is kept.
public struct TIFFDecoder: ImageDecoder {
  public let format = "TIFF"

  public init() {}

  public func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    Self.signatures.contains { bytes.starts(with: $0) }
  }

  /// Classic and large files in both byte orders.
  private static let signatures: [[UInt8]] = [
    [0x49, 0x49, 0x2A, 0x00], [0x4D, 0x4D, 0x00, 0x2A], [0x49, 0x49, 0x2B, 0x00],
    [0x4D, 0x4D, 0x00, 0x2B],
  ]

  private var functions: CodecFunctions {
    CodecFunctions(header: calibrant_tiff_header, decode: calibrant_tiff_decode)
  }

  public func size(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageSize {
    try functions.size(bytes, format: format).turned(storedOrientation(of: bytes))
  }

  public func decode(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageBuffer {
    try functions.image(bytes, format: format).turned(storedOrientation(of: bytes))
  }

  private func storedOrientation(of bytes: UnsafeRawBufferPointer) -> Orientation {
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    return Orientation(rawValue: Int(calibrant_tiff_orientation(start, bytes.count))) ?? .upright
  }
}
