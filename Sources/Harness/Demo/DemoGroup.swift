/// Several shapes on a textured ground: everything random about the picture except its pixel noise.
struct DemoGroup {
  struct Member {
    /// An index into `shapes`.
    let label: Int
    let shape: DemoShape
    let pose: DemoPose
    let fill: DemoTexture

    func contains(_ p: DemoPoint) -> Bool {
      // No shape reaches farther: a star's tips end at 1.17 radii. Most places cost no more.
      guard pose.isNear(p, radii: 1.2) else { return false }
      return shape.contains(pose.ownFrame(p))
    }
  }

  /// Those of the demo's shapes that are told apart at a radius of eight pixels, in label order.
  static let shapes: [DemoShape] = [.cross, .disc, .ring, .square, .star, .triangle]

  let ground: DemoTexture
  /// Later ones hide earlier ones.
  let members: [Member]
  /// Standard deviation of the pixel noise, as a share of full scale.
  let noise: Double

  init(random: inout DemoRandom) {
    let backdrop = DemoColor.drawn(&random)
    ground = DemoTexture(base: backdrop, contrast: 0.22, random: &random)
    var members: [Member] = []
    for _ in 0..<2 + random.index(below: 6) {
      let member = Self.member(on: backdrop, &random)
      if members.allSatisfy({ Self.areApart($0.pose, member.pose) }) { members.append(member) }
    }
    self.members = members
    noise = random.uniform(0.02...0.08)
  }

  private static func member(on backdrop: DemoColor, _ random: inout DemoRandom) -> Member {
    let label = random.index(below: shapes.count)
    let pose = DemoPose(offset: 0.8, radius: 0.17...0.6, random: &random)
    let paint = DemoColor.drawn(unlike: backdrop, &random)
    return Member(
      label: label, shape: shapes[label], pose: pose,
      fill: DemoTexture(base: paint, contrast: 0.22, random: &random))
  }

  /// Whether little of either is hidden by the other.
  private static func areApart(_ one: DemoPose, _ other: DemoPose) -> Bool {
    let gap = DemoPoint(x: one.center.x - other.center.x, y: one.center.y - other.center.y)
    let reach = 0.8 * (one.radius + other.radius)
    return gap.dot(gap) > reach * reach
  }
}
