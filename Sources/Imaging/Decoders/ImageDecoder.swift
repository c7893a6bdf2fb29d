import CImageCodecs

/// Reads one image format.
public protocol ImageDecoder: Sendable {
  /// The format's name in messages.
  var format: String { get }

  /// Whether the bytes begin with the format's signature.
  func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool

  /// The size that `decode` will give, from the header alone.
  func size(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageSize

  /// The pixels as 8-bit RGB, as stored: no EXIF orientation, colour profile or gamma is applied.
  func decode(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageBuffer

  /// How the stored pixels have to be turned to be looked at.
  func orientation(of bytes: UnsafeRawBufferPointer) -> Orientation
}

extension ImageDecoder {
  public func orientation(of bytes: UnsafeRawBufferPointer) -> Orientation { .upright }
}

/// The two steps that each C decoder offers, with errors instead of return codes.
struct CodecFunctions {
  typealias Header = (
    UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt32>?, UnsafeMutablePointer<UInt32>?,
    UnsafeMutablePointer<CChar>?, Int
  ) -> Int32
  typealias Decode = (
    UnsafePointer<UInt8>?, Int, UInt32, UInt32, UnsafeMutablePointer<UInt8>?,
    UnsafeMutablePointer<CChar>?, Int
  ) -> Int32

  let header: Header
  let decode: Decode

  /// Reads the size, allocates, and fills.
  func image(
    _ bytes: UnsafeRawBufferPointer, format: String
  ) throws(ImagingError) -> ImageBuffer {
    let size = try size(bytes, format: format)
    let pixels = try samples(bytes, size, of: ImageBuffer.channels, format: format)
    return ImageBuffer(width: size.width, height: size.height, pixels: pixels)
  }

  /// Allocates, and fills with so many bytes for each pixel.
  func samples(
    _ bytes: UnsafeRawBufferPointer, _ size: ImageSize, of channels: Int, format: String
  ) throws(ImagingError) -> [UInt8] {
    let count = size.width * size.height * channels
    var status = Result<Void, ImagingError>.success(())
    let samples = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      status = Result { () throws(ImagingError) in
        try check(format) {
          decode(
            Self.start(bytes), bytes.count, UInt32(size.width), UInt32(size.height),
            target.baseAddress, $0, $1)
        }
      }
      if case .success = status { initialized = count }
    }
    try status.get()
    return samples
  }

  /// Reads the size.
  func size(_ bytes: UnsafeRawBufferPointer, format: String) throws(ImagingError) -> ImageSize {
    var width: UInt32 = 0
    var height: UInt32 = 0
    try check(format) { header(Self.start(bytes), bytes.count, &width, &height, $0, $1) }
    return try ImageSize(
      width: Int(width), height: Int(height), of: format, fileBytes: bytes.count)
  }

  private static func start(_ bytes: UnsafeRawBufferPointer) -> UnsafePointer<UInt8>? {
    bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
  }

  private func check(
    _ format: String, _ call: (UnsafeMutablePointer<CChar>?, Int) -> Int32
  ) throws(ImagingError) {
    let (status, reason) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
      message.initialize(repeating: 0)
      let status = call(message.baseAddress, message.count)
      let text = message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
      return (status, String(decoding: text, as: UTF8.self))
    }
    switch Int(status) {
    case 0: return
    case CALIBRANT_UNSUPPORTED: throw .unsupportedKind(format: format, kind: reason)
    default: throw .damaged(format: format, reason: reason)
    }
  }
}
