/// Where a shape lies, how large it is and how it is turned.
struct DemoPose {
  let center: DemoPoint
  private let axis: DemoPoint
  private let radii: DemoPoint

  /// - Parameters:
  ///   - offset: of the centre from the middle of the picture, on each axis, at most.
  ///   - radius: of the shape along its first axis; the other one is up to 15 % shorter.
  init(offset: Double, radius: ClosedRange<Double>, random: inout DemoRandom) {
    center = DemoPoint(
      x: random.uniform(-offset...offset), y: random.uniform(-offset...offset))
    axis = random.direction()
    let scale = random.uniform(radius)
    radii = DemoPoint(x: scale, y: scale * random.uniform(0.85...1))
  }

  /// The longer of the radii.
  var radius: Double { radii.x }

  /// Whether a place lies within a square of that half side around the centre.
  func isNear(_ p: DemoPoint, radii: Double) -> Bool {
    max(abs(p.x - center.x), abs(p.y - center.y)) < radii * radius
  }

  /// A place of the picture in the frame in which the shape has a radius of about 1.
  func ownFrame(_ p: DemoPoint) -> DemoPoint {
    let turned = DemoPoint(x: p.x - center.x, y: p.y - center.y).inFrame(of: axis)
    return DemoPoint(x: turned.x / radii.x, y: turned.y / radii.y)
  }
}
