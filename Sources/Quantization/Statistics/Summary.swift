import CalibrantLinearAlgebra

/// Count, extremes and moments of the values of a tensor or of one channel.
///
/// NaN and infinities are counted apart and take part in nothing else.
public struct Summary: Sendable, Equatable {
  /// Finite values seen.
  public private(set) var count = 0
  /// Those of them that are exactly zero.
  public private(set) var zeros = 0
  public private(set) var nans = 0
  public private(set) var infinities = 0
  /// The smallest finite value; +∞ where there is none.
  public private(set) var minimum = Float.infinity
  /// The largest finite value; −∞ where there is none.
  public private(set) var maximum = -Float.infinity
  /// Σx over planes, each plane summed in double precision.
  public private(set) var sum = ExactSum()
  /// Σx² over planes, each plane summed in double precision.
  public private(set) var sumOfSquares = ExactSum()

  public init() {}

  public var isEmpty: Bool { count == 0 }

  /// Whether a NaN or an infinity was seen.
  public var hasNonFinite: Bool { nans > 0 || infinities > 0 }

  /// The mean, 0 where nothing was seen.
  public var mean: Double { isEmpty ? 0 : sum.value / Double(count) }

  /// The variance (divided by the count), 0 where nothing was seen.
  public var variance: Double {
    isEmpty ? 0 : max(sumOfSquares.value / Double(count) - mean * mean, 0)
  }

  /// From the smallest to the largest value and zero.
  public var range: ValueRange { isEmpty ? .zero : ValueRange(minimum, maximum) }

  public mutating func merge(_ other: Summary) {
    count += other.count
    zeros += other.zeros
    nans += other.nans
    infinities += other.infinities
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    sum.add(other.sum)
    sumOfSquares.add(other.sumOfSquares)
  }

  mutating func add(_ plane: PlaneSummary) {
    count += plane.count
    zeros += plane.zeros
    nans += plane.nans
    infinities += plane.infinities
    minimum = min(minimum, plane.minimum)
    maximum = max(maximum, plane.maximum)
    sum.add(plane.sum)
    sumOfSquares.add(plane.sumOfSquares)
  }
}

extension Summary: Codable {
  private enum CodingKeys: String, CodingKey {
    case count, zeros, nans, infinities, minimum, maximum, sum, sumOfSquares
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(count, forKey: .count)
    try container.encode(zeros, forKey: .zeros)
    if nans > 0 { try container.encode(nans, forKey: .nans) }
    if infinities > 0 { try container.encode(infinities, forKey: .infinities) }
    // JSON has no infinity, and an empty summary no extremes.
    if !isEmpty {
      try container.encode(minimum, forKey: .minimum)
      try container.encode(maximum, forKey: .maximum)
    }
    try container.encode(sum, forKey: .sum)
    try container.encode(sumOfSquares, forKey: .sumOfSquares)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    count = try container.decode(Int.self, forKey: .count)
    zeros = try container.decode(Int.self, forKey: .zeros)
    nans = try container.decodeIfPresent(Int.self, forKey: .nans) ?? 0
    infinities = try container.decodeIfPresent(Int.self, forKey: .infinities) ?? 0
    if count > 0 {
      minimum = try container.decode(Float.self, forKey: .minimum)
      maximum = try container.decode(Float.self, forKey: .maximum)
    }
    sum = try container.decode(ExactSum.self, forKey: .sum)
    sumOfSquares = try container.decode(ExactSum.self, forKey: .sumOfSquares)
    let counts = [count, zeros, nans, infinities]
    guard counts.allSatisfy({ (0..<1 << 50).contains($0) }), zeros <= count,
      isEmpty || (minimum <= maximum && minimum.isFinite && maximum.isFinite)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .count, in: container, debugDescription: "counts or extremes that cannot be")
    }
  }
}

/// The same facts of one contiguous plane of one sample, in plain doubles.
struct PlaneSummary {
  var count = 0
  var zeros = 0
  var nans = 0
  var infinities = 0
  var minimum = Float.infinity
  var maximum = -Float.infinity
  var sum = 0.0
  var sumOfSquares = 0.0

  init(_ values: UnsafeBufferPointer<Float>) {
    summarize(values)
    // Squares of finite floats stay far below the largest double: only NaN and ∞ spoil their sum.
    if !sumOfSquares.isFinite { self = Self(skippingNonFinite: values) }
  }

  private init(skippingNonFinite values: UnsafeBufferPointer<Float>) {
    let finite = values.filter(\.isFinite)
    finite.withUnsafeBufferPointer { summarize($0) }
    nans = values.reduce(0) { $0 + ($1.isNaN ? 1 : 0) }
    infinities = values.count - finite.count - nans
  }

  private mutating func summarize(_ values: UnsafeBufferPointer<Float>) {
    let facts = StatisticsLoops.best.summary(values)
    count = values.count
    zeros = Int(facts.zeros)
    (minimum, maximum) = (facts.minimum, facts.maximum)
    (sum, sumOfSquares) = (facts.sum, facts.sumOfSquares)
  }
}
