import Foundation

/// The image formats that can be read. A new one is a file beside this and a line here.
public enum StandardDecoders {
  public static let all: [any ImageDecoder] = [
    JPEGDecoder(),
    PNGDecoder(),
    WebPDecoder(),
    TIFFDecoder(),
    BMPDecoder(),
    GIFDecoder(),
    NetpbmDecoder(),
  ]
}

/// Decodes an image whose format is told by its first bytes, never by a file's name.
///
/// With `appliesEXIF`, the image is turned as its EXIF orientation says (JPEG and WebP).
public func decodeImage(
  _ bytes: UnsafeRawBufferPointer, appliesEXIF: Bool = false
) throws(ImagingError) -> ImageBuffer {
  let decoder = try decoder(of: bytes)
  let image = try decoder.decode(bytes)
  return appliesEXIF ? image.turned(decoder.orientation(of: bytes)) : image
}

/// The size that `decodeImage` will give, from the header alone: the rest of the file may be damaged.
public func imageSize(
  _ bytes: UnsafeRawBufferPointer, appliesEXIF: Bool = false
) throws(ImagingError) -> ImageSize {
  let decoder = try decoder(of: bytes)
  let size = try decoder.size(of: bytes)
  return appliesEXIF ? size.turned(decoder.orientation(of: bytes)) : size
}

private func decoder(
  of bytes: UnsafeRawBufferPointer
) throws(ImagingError) -> any ImageDecoder {
  guard let decoder = StandardDecoders.all.first(where: { $0.recognizes(bytes) }) else {
    if let name = ForeignFormat.name(of: bytes) { throw .unsupportedFormat(name: name) }
    throw .unknownFormat(firstBytes: Array(bytes.prefix(8)))
  }
  return decoder
}

/// Decodes an image whose format is told by its first bytes, never by a file's name.
///
/// With `appliesEXIF`, the image is turned as its EXIF orientation says (JPEG and WebP).
public func decodeImage(
  _ bytes: Data, appliesEXIF: Bool = false
) throws(ImagingError) -> ImageBuffer {
  let result = bytes.withUnsafeBytes { bytes in
    Result { () throws(ImagingError) in try decodeImage(bytes, appliesEXIF: appliesEXIF) }
  }
  return try result.get()
}
