import CImageCodecs

/// An image whose pixels are the indices of classes: what a PNG stores, not the colours or levels it stands for.
public struct IndexMask: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// `height * width` indices, rows top to bottom.
  public let indices: [UInt8]

  public init(width: Int, height: Int, indices: [UInt8]) {
    precondition(indices.count == width * height, "a mask holds an index for each pixel")
    (self.width, self.height, self.indices) = (width, height, indices)
  }

  /// Reads a PNG with a palette, or in grey, of at most 8 bits.
  public init(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) {
    let decoder = PNGDecoder()
    guard decoder.recognizes(bytes) else { throw .noIndices(kind: "of another format than PNG") }
    let size = try decoder.size(of: bytes)
    let functions = CodecFunctions(header: calibrant_png_header, decode: calibrant_png_indices)
    do {
      indices = try functions.samples(bytes, size, of: 1, format: decoder.format)
    } catch .unsupportedKind(_, let kind) {
      throw .noIndices(kind: kind)
    }
    width = size.width
    height = size.height
  }
}
