import CImageCodecs

/// PNG of every colour type and depth, interlaced or not.
struct PNGDecoder: ImageDecoder {
  let name = "PNG"
  let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  func decode(_ file: UnsafeBufferPointer<UInt8>) throws(ImagingError) -> ImageBuffer {
    try Imaging.decode(file, format: name, size: codec_png_size, decode: codec_png_decode)
  }
}
