/// The ten classes, in the alphabetical order that image folders give them.
enum DemoShape: String, CaseIterable, Sendable {
  case checker, crescent, cross, disc, dumbbell, ring, square, star, stripes, triangle

  /// Whether the shape, in its own frame of radius about 1, covers `p`.
  func contains(_ p: DemoPoint) -> Bool {
    switch self {
    case .checker: Self.checkerContains(p)
    case .crescent: p.dot(p) < 0.81 && !Self.biteContains(p)
    case .cross: max(abs(p.x), abs(p.y)) < 0.9 && min(abs(p.x), abs(p.y)) < 0.3
    case .disc: p.dot(p) < 0.64
    case .dumbbell: Self.dumbbellContains(p)
    case .ring: p.dot(p) < 0.77 && p.dot(p) > 0.22
    case .square: max(abs(p.x), abs(p.y)) < 0.7
    case .star: Self.starContains(p)
    case .stripes: max(abs(p.x), abs(p.y)) < 0.8 && (abs(p.y) < 0.16 || abs(p.y) > 0.48)
    case .triangle: Self.thirds.allSatisfy { $0.dot(p) < 0.5 }
    }
  }

  /// Five cells of a 3x3 board.
  private static func checkerContains(_ p: DemoPoint) -> Bool {
    guard max(abs(p.x), abs(p.y)) < 0.84 else { return false }
    return (abs(p.x) < 0.28) == (abs(p.y) < 0.28)
  }

  private static func biteContains(_ p: DemoPoint) -> Bool {
    let q = DemoPoint(x: p.x - 0.45, y: p.y)
    return q.dot(q) < 0.42
  }

  /// Two discs and the bar that joins them.
  private static func dumbbellContains(_ p: DemoPoint) -> Bool {
    let end = DemoPoint(x: abs(p.x) - 0.62, y: p.y)
    return end.dot(end) < 0.12 || (abs(p.x) < 0.62 && abs(p.y) < 0.14)
  }

  /// A pentagram is what lies beyond at most one of the lines through its inner pentagon's sides.
  private static func starContains(_ p: DemoPoint) -> Bool {
    var beyond = 0
    for normal in fifths where normal.dot(p) > 0.36 {
      beyond += 1
    }
    return beyond <= 1
  }

  /// Unit vectors a third of a turn apart; sine and cosine are written out, so that no
  /// mathematical library decides a bit.
  private static let thirds = [
    DemoPoint(x: 0, y: 1),
    DemoPoint(x: 0.8660254037844386, y: -0.5),
    DemoPoint(x: -0.8660254037844386, y: -0.5),
  ]

  /// Unit vectors a fifth of a turn apart.
  private static let fifths = [
    DemoPoint(x: 0, y: 1),
    DemoPoint(x: 0.9510565162951535, y: 0.30901699437494745),
    DemoPoint(x: 0.5877852522924731, y: -0.8090169943749475),
    DemoPoint(x: -0.5877852522924731, y: -0.8090169943749475),
    DemoPoint(x: -0.9510565162951535, y: 0.30901699437494745),
  ]
}
