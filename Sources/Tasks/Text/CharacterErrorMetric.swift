/// The character error rate: scalars to change in all texts by scalars of all truths; more than 1 is possible.
public struct CharacterErrorMetric: WeightedMetric {
  private let records: [TextRecord]

  public static let kind = MetricKind(name: "character error rate", isHigherBetter: false)

  public init(_ records: [TextRecord]) { self.records = records }

  public func value(weights: [Int]) -> Double? {
    precondition(weights.count == records.count, "a weight per image")
    var (distance, length) = (0, 0)
    for (weight, record) in zip(weights, records) {
      distance += weight * record.distance
      length += weight * record.length
    }
    return length > 0 ? Double(distance) / Double(length) : nil
  }
}
