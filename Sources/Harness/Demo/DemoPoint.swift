/// A place or direction in the plane; images span -1...1 on both axes, y downwards.
struct DemoPoint {
  var x: Double
  var y: Double

  func dot(_ other: DemoPoint) -> Double {
    x * other.x + y * other.y
  }

  /// The coordinates of this point in a frame whose first axis is the unit vector `axis`.
  func inFrame(of axis: DemoPoint) -> DemoPoint {
    DemoPoint(x: dot(axis), y: dot(DemoPoint(x: -axis.y, y: axis.x)))
  }
}
