/// Shift between two samples by ranks: Hodges and Lehmann's estimate, and the exact interval that inverts the
/// Wilcoxon–Mann–Whitney test (Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods", section 4.2 and 4.3).
///
/// Ranks, because timings have outliers of any size on one side; exact, because repeats are few.
struct RankSum {
  /// How much larger `new` is than `old`: the median of all pairwise differences.
  let shift: Double
  /// Bounds of the shift, each wrong with probability `alpha` at most. Infinite where the samples are too small for it.
  let interval: Interval

  /// - Parameters: two samples, neither empty; 0 < alpha < 0.5.
  init(old: [Double], new: [Double], alpha: Double) {
    precondition(!old.isEmpty && !new.isEmpty, "no shift between no values")
    let differences = new.flatMap { value in old.map { value - $0 } }.sorted()
    shift = differences.quantile(0.5)
    let below = Self.quantile(alpha, old.count, new.count)
    interval =
      below.map { Interval(differences[$0], differences[differences.count - 1 - $0]) }
      ?? Interval(-.infinity, .infinity)
  }

  /// The largest k with P(U ≤ k) ≤ alpha, or nil where even P(U = 0) is larger.
  private static func quantile(_ alpha: Double, _ m: Int, _ n: Int) -> Int? {
    let chances = distribution(m, n)
    var sum = 0.0
    var k = -1
    while k + 1 < chances.count, sum + chances[k + 1] <= alpha {
      k += 1
      sum += chances[k]
    }
    return k < 0 ? nil : k
  }

  /// The chance of each U from 0 to m·n: the coefficients of the Gaussian binomial, whose generating function is the
  /// product over i in 1...m of (1 − x^(n+i)) / (1 − x^i), over their sum, the product of (n + i) / i. Divided at each step,
  /// as counts alone pass the largest double from 515 values in each sample on.
  private static func distribution(_ m: Int, _ n: Int) -> [Double] {
    var chances = [Double](repeating: 0, count: m * n + 1)
    chances[0] = 1
    for i in 1...m {
      let share = Double(i) / Double(n + i)
      for u in stride(from: m * n, through: n + i, by: -1) { chances[u] -= chances[u - n - i] }
      for u in stride(from: i, through: m * n, by: 1) { chances[u] += chances[u - i] }
      for u in chances.indices { chances[u] *= share }
    }
    return chances
  }
}
