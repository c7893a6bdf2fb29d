import CImageCodecs

/// Baseline and progressive JPEG, grey, YCbCr, RGB, CMYK and YCCK, with libjpeg's default (accurate) transforms.
struct JPEGDecoder: ImageDecoder {
  let name = "JPEG"
  let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  func decode(_ file: UnsafeBufferPointer<UInt8>) throws(ImagingError) -> ImageBuffer {
    try Imaging.decode(file, format: name, size: codec_jpeg_size, decode: codec_jpeg_decode)
  }
}
