/// Counts of finite values on an absolute power-of-two grid: bin k holds k·2^e ≤ x < (k + 1)·2^e.
///
/// The bins cover every value seen and zero. When they would need more than `capacity` bins, e grows
/// by one and pairs of bins merge exactly. So e is the smallest exponent that fits all values, and the
/// histogram does not depend on the order, the grouping or the sharding of what it saw.
public struct Histogram: Sendable, Equatable {
  public static let defaultCapacity = 2048

  /// The largest number of bins, at least 2.
  public let capacity: Int
  /// e: bins are 2^e wide.
  public private(set) var exponent = Self.lowestExponent
  /// The index k of the first bin, at most 0.
  public private(set) var firstBin = 0
  /// Counts of consecutive bins from `firstBin` on; bin 0 is always among them.
  public private(set) var counts = [0]

  /// The smallest exponent whose width and its inverse are both normal floats.
  static let lowestExponent = -126

  public init(capacity: Int = Self.defaultCapacity) {
    precondition((2...4096).contains(capacity), "A histogram has 2 to 4096 bins.")
    self.capacity = capacity
  }

  /// Nil where the parts do not describe a histogram, as in a damaged file.
  init?(capacity: Int, exponent: Int, firstBin: Int, counts: [Int]) {
    guard (2...4096).contains(capacity), (Self.lowestExponent...128).contains(exponent),
      (1...capacity).contains(counts.count), (1 - counts.count...0).contains(firstBin),
      counts.allSatisfy({ $0 >= 0 && $0 < 1 << 50 })
    else { return nil }
    self.capacity = capacity
    self.exponent = exponent
    self.firstBin = firstBin
    self.counts = counts
  }

  /// The width of a bin.
  public var binWidth: Double { Double(sign: .plus, exponent: exponent, significand: 1) }

  /// The number of values seen.
  public var total: Int { counts.reduce(0, +) }

  /// Counts `values`, all of them finite and inside `lower...upper`.
  public mutating func add(_ values: UnsafeBufferPointer<Float>, lower: Float, upper: Float) {
    guard !values.isEmpty else { return }
    cover { exponent in
      (Self.bin(of: min(lower, 0), exponent), Self.bin(of: max(upper, 0), exponent))
    }
    StatisticsLoops.best.tally(values, exponent: exponent, firstBin: firstBin, into: &counts)
  }

  /// Adds what another histogram of the same capacity saw.
  public mutating func merge(_ other: Histogram) {
    precondition(capacity == other.capacity, "Histograms of different capacities do not merge.")
    var other = other
    other.coarsen(to: max(exponent, other.exponent))
    coarsen(to: other.exponent)
    let grid = (first: other.firstBin, last: other.firstBin + other.counts.count - 1)
    let base = exponent
    cover { exponent in (grid.first >> (exponent - base), grid.last >> (exponent - base)) }
    other.coarsen(to: exponent)
    let offset = other.firstBin - firstBin
    for i in other.counts.indices { counts[offset + i] += other.counts[i] }
  }

  /// The bin of `x`, or one that is as far out as any exponent rejects.
  private static func bin(of x: Float, _ exponent: Int) -> Int {
    let scaled = Double(x) * Double(sign: .plus, exponent: -exponent, significand: 1)
    return Int(min(max(scaled, -65536), 65536).rounded(.down))
  }

  /// Makes the bins cover those that `bins` names for an exponent, growing the exponent as needed.
  private mutating func cover(_ bins: (_ exponent: Int) -> (first: Int, last: Int)) {
    var target = exponent
    while true {
      let shift = target - exponent
      let needed = bins(target)
      let first = min(needed.first, firstBin >> shift)
      let last = max(needed.last, (firstBin + counts.count - 1) >> shift)
      if last - first < capacity {
        coarsen(to: target)
        extend(first, last)
        return
      }
      target += 1
    }
  }

  /// Merges pairs of bins until they are 2^`target` wide.
  private mutating func coarsen(to target: Int) {
    let shift = target - exponent
    guard shift > 0 else { return }
    let first = firstBin >> shift
    let last = (firstBin + counts.count - 1) >> shift
    var merged = [Int](repeating: 0, count: last - first + 1)
    for i in counts.indices { merged[((firstBin + i) >> shift) - first] += counts[i] }
    (exponent, firstBin, counts) = (target, first, merged)
  }

  private mutating func extend(_ first: Int, _ last: Int) {
    if first < firstBin {
      counts.insert(contentsOf: repeatElement(0, count: firstBin - first), at: 0)
      firstBin = first
    }
    let missing = last - (firstBin + counts.count - 1)
    if missing > 0 { counts.append(contentsOf: repeatElement(0, count: missing)) }
  }
}
