/// Where the pixels of a model's input come from in the image that was resized or letterboxed:
/// input = original · scale + offset, for x and y.
public struct BoxGeometry: Codable, Hashable, Sendable {
  /// The original image's size in pixels.
  public var width: Int
  public var height: Int
  /// Input pixels per pixel of the original.
  public var scaleX: Double
  public var scaleY: Double
  /// The padding on the left and on top, in input pixels.
  public var offsetX: Double
  public var offsetY: Double

  public init(
    width: Int, height: Int, scaleX: Double = 1, scaleY: Double = 1, offsetX: Double = 0,
    offsetY: Double = 0
  ) {
    self.width = width
    self.height = height
    self.scaleX = scaleX
    self.scaleY = scaleY
    self.offsetX = offsetX
    self.offsetY = offsetY
  }

  /// Of an image that is stretched to the input's size.
  public init(width: Int, height: Int, inputWidth: Int, inputHeight: Int) {
    self.init(
      width: width, height: height, scaleX: Double(inputWidth) / Double(width),
      scaleY: Double(inputHeight) / Double(height))
  }

  /// A box of the input in the original image, cut at its borders.
  public func original(_ box: Box) -> Box {
    func x(_ value: Double) -> Double { clipped((value - offsetX) / scaleX, to: width) }
    func y(_ value: Double) -> Double { clipped((value - offsetY) / scaleY, to: height) }
    return Box(left: x(box.x), top: y(box.y), right: x(box.right), bottom: y(box.bottom))
  }

  private func clipped(_ value: Double, to side: Int) -> Double {
    min(max(value, 0), Double(side))
  }
}
