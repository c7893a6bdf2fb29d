/// A pattern between two colours, for backgrounds and for the inside of shapes.
struct DemoTexture {
  private enum Pattern {
    /// A linear ramp along a direction.
    case ramp(DemoPoint)
    /// Parallel lines: direction, lines per unit, phase.
    case lines(DemoPoint, frequency: Double, phase: Double)
    /// Bilinear interpolation in a square table of random values.
    case clouds([Double], cells: Double)
  }

  private static let tableSide = 8

  private let pattern: Pattern
  private let base: DemoColor
  private let other: DemoColor

  /// A random pattern from `base` to `base` plus a random change of at most `contrast`.
  init(base: DemoColor, contrast: Double, random: inout DemoRandom) {
    let range = -contrast...contrast
    self.base = base
    other =
      base
      + DemoColor(random.uniform(range), random.uniform(range), random.uniform(range))
    switch random.index(below: 3) {
    case 0:
      pattern = .ramp(random.direction())
    case 1:
      pattern = .lines(
        random.direction(), frequency: random.uniform(1.5...4), phase: random.unit())
    default:
      let table = (0..<Self.tableSide * Self.tableSide).map { _ in random.unit() }
      pattern = .clouds(table, cells: random.uniform(1...3))
    }
  }

  /// The colour at a place of -1...1 on both axes.
  func color(at p: DemoPoint) -> DemoColor {
    base + (other - base) * share(at: p)
  }

  /// How far from `base` to `other`, 0...1.
  private func share(at p: DemoPoint) -> Double {
    switch pattern {
    case .ramp(let direction):
      return 0.5 + 0.35 * p.dot(direction)
    case .lines(let direction, let frequency, let phase):
      let position = p.dot(direction) * frequency + phase
      return abs(2 * (position - position.rounded(.down)) - 1)
    case .clouds(let table, let cells):
      return Self.interpolate(table, x: (p.x + 1) * cells, y: (p.y + 1) * cells)
    }
  }

  /// `x` and `y` in 0..<tableSide - 1.
  private static func interpolate(_ table: [Double], x: Double, y: Double) -> Double {
    let column = Int(x)
    let row = Int(y)
    let dx = x - Double(column)
    let dy = y - Double(row)
    let corner = row * tableSide + column
    let top = table[corner] + (table[corner + 1] - table[corner]) * dx
    let lower = corner + tableSide
    let bottom = table[lower] + (table[lower + 1] - table[lower]) * dx
    return top + (bottom - top) * dy
  }
}
