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

  private let pose: DemoPose

  init(shape: DemoShape, random: inout DemoRandom) {
    self.shape = shape
    let backdrop = DemoColor.drawn(&random)
    let paint = DemoColor.drawn(unlike: backdrop, &random)
    background = DemoTexture(base: backdrop, contrast: 0.22, random: &random)
    fill = DemoTexture(base: paint, contrast: 0.22, random: &random)
    pose = DemoPose(offset: 0.2, radius: 0.65...1, random: &random)
    bars = (0..<random.index(below: 3)).map { _ in Self.bar(&random) }
    noise = random.uniform(0.02...0.08)
  }

  /// Whether the shape, in its pose, covers a place of the image.
  func shapeContains(_ p: DemoPoint) -> Bool {
    shape.contains(pose.ownFrame(p))
  }

  private static func bar(_ random: inout DemoRandom) -> Bar {
    Bar(
      normal: random.direction(), offset: random.uniform(-0.6...0.6),
      halfWidth: random.uniform(0.05...0.11), color: .drawn(&random))
  }
}
