/// The interval of a difference of paired proportions.
///
/// R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions
/// based on paired data", 1998, method 10: Wilson intervals of both shares, squared and added with
/// their correlation, which a continuity correction keeps from being overstated.
public enum Newcombe {
  /// The interval of `counts.drop`; all of −1…1 when there are no images.
  public static func interval(_ counts: PairedCounts, confidence: Double = 0.95) -> Interval {
    interval(Cells(counts), z: Normal.width(ofConfidence: confidence))
  }

  /// The four counts as real numbers, so that a table can be scaled to another number of images.
  struct Cells {
    var a, b, c, d: Double

    init(_ counts: PairedCounts, scaledBy factor: Double = 1) {
      a = Double(counts.bothRight) * factor
      b = Double(counts.broken) * factor
      c = Double(counts.fixed) * factor
      d = Double(counts.bothWrong) * factor
    }

    var total: Double { a + b + c + d }

    var correlation: Double {
      let margins = (a + b) * (c + d) * (a + c) * (b + d)
      guard margins > 0 else { return 0 }
      let excess = a * d - b * c
      return (excess > 0 ? max(excess - total / 2, 0) : excess) / margins.squareRoot()
    }
  }

  static func interval(_ cells: Cells, z: Double) -> Interval {
    let n = cells.total
    guard n > 0 else { return Interval(-1, 1) }
    let before = Wilson.interval(successes: cells.a + cells.b, count: n, z: z)
    let after = Wilson.interval(successes: cells.a + cells.c, count: n, z: z)
    let p = (cells.a + cells.b) / n
    let q = (cells.a + cells.c) / n
    let drop = (cells.b - cells.c) / n
    let down = length(p - before.lower, after.upper - q, correlation: cells.correlation)
    let up = length(before.upper - p, q - after.lower, correlation: cells.correlation)
    return Interval(max(-1, drop - down), min(1, drop + up))
  }

  /// The third side of a triangle whose sides x and y enclose an angle of cosine `correlation`.
  private static func length(_ x: Double, _ y: Double, correlation: Double) -> Double {
    max(0, x * x - 2 * correlation * x * y + y * y).squareRoot()
  }
}
