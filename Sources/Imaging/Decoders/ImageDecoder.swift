import CImageCodecs
import Foundation

/// A file format of images.
public protocol ImageDecoder: Sendable {
  /// The format's name in messages.
  var name: String { get }
  /// The bytes every file of the format starts with.
  var signature: [UInt8] { get }
  /// Decodes to 8-bit RGB: grey is repeated, alpha is dropped, 16 bits are divided by 257.
  func decode(_ file: UnsafeBufferPointer<UInt8>) throws(ImagingError) -> ImageBuffer
}

extension ImageBuffer {
  /// Decodes a file whose format is told by its first bytes, never by its name.
  public init(decoding file: Data) throws(ImagingError) {
    let result = file.withUnsafeBytes { raw -> Result<ImageBuffer, ImagingError> in
      let bytes = raw.assumingMemoryBound(to: UInt8.self)
      return Result { () throws(ImagingError) in
        guard let decoder = StandardDecoders.all.first(where: { bytes.starts(with: $0.signature) })
        else { throw .unknownFormat(firstBytes: Array(bytes.prefix(4))) }
        return try decoder.decode(bytes)
      }
    }
    self = try result.get()
  }
}

/// The formats that can be read. To add one: a file beside this one, and a line here.
public enum StandardDecoders {
  public static let all: [any ImageDecoder] = [JPEGDecoder(), PNGDecoder()]
}

typealias SizeFunction = (
  UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt32>?, UnsafeMutablePointer<UInt32>?,
  UnsafeMutablePointer<CChar>?
) -> Int32

typealias DecodeFunction = (
  UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<CChar>?
) -> Int32

/// Asks a codec for the size, checks it, and lets it fill the pixels.
func decode(
  _ file: UnsafeBufferPointer<UInt8>, format: String, size: SizeFunction, decode: DecodeFunction
) throws(ImagingError) -> ImageBuffer {
  var message = [CChar](repeating: 0, count: Int(CODEC_MESSAGE_SIZE))
  func failure() -> ImagingError {
    let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return .damaged(format: format, reason: String(decoding: text, as: UTF8.self))
  }
  var (width, height): (UInt32, UInt32) = (0, 0)
  guard size(file.baseAddress, file.count, &width, &height, &message) == 0 else { throw failure() }
  let (pixels, overflow) = Int(width).multipliedReportingOverflow(by: Int(height))
  guard !overflow, pixels <= ImageBuffer.maximumPixels else {
    throw .tooLarge(width: Int(width), height: Int(height))
  }
  guard pixels > 0 else { throw .damaged(format: format, reason: "it has no pixels") }
  var isDecoded = false
  let bytes = [UInt8](unsafeUninitializedCapacity: pixels * 3) { buffer, count in
    isDecoded = decode(file.baseAddress, file.count, buffer.baseAddress, &message) == 0
    count = isDecoded ? pixels * 3 : 0
  }
  guard isDecoded else { throw failure() }
  return ImageBuffer(width: Int(width), height: Int(height), pixels: bytes)
}
