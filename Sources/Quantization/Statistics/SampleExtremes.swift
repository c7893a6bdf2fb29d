import CalibrantLinearAlgebra

/// The minima and maxima of samples, added up exactly; samples without a finite value take no part.
public struct SampleExtremes: Sendable, Equatable {
  public private(set) var count = 0
  private var minima = ExactSum()
  private var maxima = ExactSum()

  public init() {}

  /// From the mean minimum to the mean maximum, and zero.
  public var meanRange: ValueRange {
    guard count > 0 else { return .zero }
    return ValueRange(
      Float(minima.value / Double(count)), Float(maxima.value / Double(count)))
  }

  mutating func add(minimum: Float, maximum: Float) {
    guard minimum <= maximum else { return }
    count += 1
    minima.add(Double(minimum))
    maxima.add(Double(maximum))
  }

  mutating func merge(_ other: SampleExtremes) {
    count += other.count
    minima.add(other.minima)
    maxima.add(other.maxima)
  }
}

extension SampleExtremes: Codable {
  private enum CodingKeys: String, CodingKey { case count, minima, maxima }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    count = try container.decode(Int.self, forKey: .count)
    minima = try container.decode(ExactSum.self, forKey: .minima)
    maxima = try container.decode(ExactSum.self, forKey: .maxima)
    let (lower, upper) = (minima.value, maxima.value)
    guard (0..<1 << 50).contains(count), lower <= upper,
      abs(lower) <= Double(count) * Double(Float.greatestFiniteMagnitude),
      abs(upper) <= Double(count) * Double(Float.greatestFiniteMagnitude)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .count, in: container, debugDescription: "extremes that cannot be")
    }
  }
}
