/// Width and height in pixels.
public struct ImageSize: Hashable, Sendable {
  public var width: Int
  public var height: Int

  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}

extension ImageSize {
  /// The size that a file announces, or an error when it has no pixels, more than are read, or so many more than bytes
  /// that it was made to cost memory.
  init(
    width: Int, height: Int, of format: String, fileBytes: Int
  ) throws(ImagingError) {
    guard width > 0, height > 0 else {
      throw .damaged(format: format, reason: "an image of \(width)x\(height) pixels")
    }
    let (plain, isHuge) = fileBytes.multipliedReportingOverflow(by: Self.pixelsPerByte)
    let pixels = try ImageBuffer.byteCount(width: width, height: height) / ImageBuffer.channels
    guard isHuge || pixels <= max(plain, Self.freePixels) else {
      throw .damaged(format: format, reason: "fewer bytes than an image of its size needs")
    }
    self.init(width: width, height: height)
  }

  /// Twice what Deflate can make of a byte, for pixels of a bit. Some codecs need no bytes at all for one colour.
  private static let pixelsPerByte = 16_384
  /// Small images may be as plain as they like.
  private static let freePixels = 1 << 24
}
