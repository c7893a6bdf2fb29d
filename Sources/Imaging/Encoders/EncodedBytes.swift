import CImageCodecs

/// The shape shared by the C encoders: pixels and size in, a buffer and its length out, text on
/// failure.
typealias CEncoder = (
  _ samples: UnsafePointer<UInt8>?, _ width: Int32, _ height: Int32,
  _ bytes: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>,
  _ count: UnsafeMutablePointer<Int>, _ message: UnsafeMutablePointer<CChar>?
) -> Int32

extension ImageBuffer {
  /// Runs a C encoder on the pixels.
  func encoded(
    as format: String, maximumSide: Int, by encode: CEncoder
  ) throws(ImageEncodingError) -> [UInt8] {
    try encodedBytes(
      of: pixels, width: width, height: height, format: format, maximumSide: maximumSide,
      by: encode)
  }
}

/// Runs a C encoder and takes over its buffer.
func encodedBytes(
  of samples: [UInt8], width: Int, height: Int, format: String, maximumSide: Int,
  by encode: CEncoder
) throws(ImageEncodingError) -> [UInt8] {
  let sides = 1...maximumSide
  guard sides.contains(width), sides.contains(height) else {
    throw .unsupportedSize(format: format, width: width, height: height)
  }
  var bytes: UnsafeMutablePointer<UInt8>?
  var count = 0
  var message = [CChar](repeating: 0, count: Int(CALIBRANT_ENCODER_MESSAGE_SIZE))
  let status = samples.withUnsafeBufferPointer {
    encode($0.baseAddress, Int32(width), Int32(height), &bytes, &count, &message)
  }
  defer { calibrant_free_encoded(bytes) }
  guard status == 0 else {
    let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    throw .refused(format: format, reason: String(decoding: text, as: UTF8.self))
  }
  return Array(UnsafeBufferPointer(start: bytes, count: count))
}
