/// A rectangle of an image, in pixels, as COCO writes it: the left upper corner and two sides; x goes right, y goes down.
public struct Box: Codable, Hashable, Sendable {
  public var x: Double
  public var y: Double
  public var width: Double
  public var height: Double

  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// From two opposite corners.
  public init(left: Double, top: Double, right: Double, bottom: Double) {
    self.init(x: left, y: top, width: right - left, height: bottom - top)
  }

  public init(centerX: Double, centerY: Double, width: Double, height: Double) {
    self.init(x: centerX - width / 2, y: centerY - height / 2, width: width, height: height)
  }

  public var right: Double { x + width }
  public var bottom: Double { y + height }
  /// In square pixels.
  public var area: Double { width * height }

  public var isFinite: Bool {
    x.isFinite && y.isFinite && width.isFinite && height.isFinite
  }
}

extension Box {
  /// The area that two boxes share, in square pixels; 0 where a side is not a number.
  public func intersection(_ other: Box) -> Double {
    let shared = min(right, other.right) - max(x, other.x)
    guard shared > 0 else { return 0 }
    let high = min(bottom, other.bottom) - max(y, other.y)
    return high > 0 ? shared * high : 0
  }

  /// Intersection over union, 0...1; 0 where nothing is shared.
  public func overlap(_ other: Box) -> Double {
    let shared = intersection(other)
    return shared > 0 ? shared / (area + other.area - shared) : 0
  }

  /// The share of this box that lies in a crowd, 0...1: COCO's overlap with a region of many objects.
  public func share(in crowd: Box) -> Double {
    let shared = intersection(crowd)
    return shared > 0 ? shared / area : 0
  }
}
