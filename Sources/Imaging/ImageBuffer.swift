/// An 8-bit image, interleaved RGB (H×W×3), rows top to bottom without padding.
public struct ImageBuffer: Sendable, Equatable {
  public static let channels = 3
  /// No image may have more pixels: what decodes to more is an attack or an accident.
  public static let maximumPixels = 1 << 28

  public let width: Int
  public let height: Int
  /// `height * width * 3` bytes.
  public var pixels: [UInt8]

  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      pixels.count == width * height * Self.channels, "an ImageBuffer holds H×W×3 bytes")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}
