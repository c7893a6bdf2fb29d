import CImageCodecs

/// Reads one image format.
public protocol ImageDecoder: Sendable {
  /// The format's name in messages.
  var format: String { get }

  /// Whether the bytes begin with the format's signature.
  func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool

  /// The pixels as 8-bit RGB, as stored: no orientation, colour profile or gamma is applied.
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
    let source = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var width: UInt32 = 0
    var height: UInt32 = 0
    try check(format) { header(source, bytes.count, &width, &height, $0, $1) }
    let count = try ImageBuffer.byteCount(width: Int(width), height: Int(height))
    var status = Result<Void, ImagingError>.success(())
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      status = Result { () throws(ImagingError) in
        try check(format) {
          decode(source, bytes.count, width, height, target.baseAddress, $0, $1)
        }
      }
      if case .success = status { initialized = count }
    }
    try status.get()
    return ImageBuffer(width: Int(width), height: Int(height), pixels: pixels)
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
    if status != 0 { throw .damaged(format: format, reason: reason) }
  }
}
