/// Everything random about one demo image except its pixel noise.
struct DemoScene {
  /// A strip across the picture that hides part of the shape.
  struct Bar {
    let normal: DemoPoint
    let offset: Double
    let halfWidth: Double
    let color: DemoColor

    func contains(_ p: DemoPoint) -> Bool {
      abs(p.dot(normal) - offset) < halfWidth
    }
  }

  let shape: DemoShape
  let background: DemoTexture
  let fill: DemoTexture
  let bars: [Bar]
  /// Standard deviation of the pixel noise, as a share of full scale.
  let noise: Double

  private let center: DemoPoint
  private let axis: DemoPoint
  private let radii: DemoPoint

  init(shape: DemoShape, random: inout DemoRandom) {
    self.shape = shape
    let (backdrop, paint) = Self.contrastingColors(&random)
    background = DemoTexture(base: backdrop, contrast: 0.22, random: &random)
    fill = DemoTexture(base: paint, contrast: 0.22, random: &random)
    center = DemoPoint(x: random.uniform(-0.2...0.2), y: random.uniform(-0.2...0.2))
    axis = random.direction()
    let scale = random.uniform(0.65...1)
    radii = DemoPoint(x: scale, y: scale * random.uniform(0.85...1))
    bars = (0..<random.index(below: 3)).map { _ in Self.bar(&random) }
    noise = random.uniform(0.02...0.08)
  }

  /// Whether the shape, in its pose, covers a place of the image.
  func shapeContains(_ p: DemoPoint) -> Bool {
    let turned = DemoPoint(x: p.x - center.x, y: p.y - center.y).inFrame(of: axis)
    return shape.contains(DemoPoint(x: turned.x / radii.x, y: turned.y / radii.y))
  }

  /// Two colours at least 0.4 apart.
  private static func contrastingColors(_ random: inout DemoRandom) -> (DemoColor, DemoColor) {
    let first = color(&random)
    while true {
      let second = color(&random)
      let change = second - first
      if (change * change).sum() > 0.16 { return (first, second) }
    }
  }

  private static func color(_ random: inout DemoRandom) -> DemoColor {
    DemoColor(
      random.uniform(0.1...0.9), random.uniform(0.1...0.9), random.uniform(0.1...0.9))
  }

  private static func bar(_ random: inout DemoRandom) -> Bar {
    Bar(
      normal: random.direction(), offset: random.uniform(-0.6...0.6),
      halfWidth: random.uniform(0.05...0.11), color: color(&random))
  }
}
