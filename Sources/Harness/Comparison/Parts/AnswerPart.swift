import CalibrantLinearAlgebra
import CalibrantTasks

/// What one model's answers on some images leave behind.
///
/// Parts of disjoint images put together are what one run over all of them would have left: records stand by themselves, and
/// sums are exact.
public struct AnswerPart<Record: PartRecord>: Hashable, Sendable {
  /// In the order of the images.
  public var records: [Record]
  /// Of the outputs' parts from the original's; none of the original itself.
  var distances: [DistanceSum] = []
  /// Of class scores; nil of the original itself, and of other tasks.
  var divergence: DivergenceSum?
  /// Outputs that have no values to compare.
  var uncompared = 0
  /// The first image without an answer that means anything.
  var unranked: UnrankedImage?
  /// Of the run, wall time.
  public var seconds: Double

  init(records: [Record], seconds: Double) {
    (self.records, self.seconds) = (records, seconds)
  }

  /// What is known without any image.
  static var empty: AnswerPart { AnswerPart(records: [], seconds: 0) }

  /// Adds the answers on further images.
  mutating func append(_ other: AnswerPart) {
    records += other.records
    if distances.isEmpty {
      distances = other.distances
    } else {
      for (index, sum) in other.distances.enumerated() { distances[index].merge(sum) }
    }
    if let added = other.divergence {
      divergence = divergence.map { $0.adding(added) } ?? added
    }
    uncompared += other.uncompared
    unranked = [unranked, other.unranked].compactMap(\.self).min { $0.index < $1.index }
    seconds += other.seconds
  }
}

extension AnswerPart: Codable {
  private enum CodingKeys: CodingKey {
    case records, distances, divergence, uncompared, unranked, seconds
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    records = try Record.records(in: container.decode(Record.Columns.self, forKey: .records))
    distances = try container.decode([DistanceSum].self, forKey: .distances)
    divergence = try container.decodeIfPresent(DivergenceSum.self, forKey: .divergence)
    uncompared = try container.decode(Int.self, forKey: .uncompared)
    unranked = try container.decodeIfPresent(UnrankedImage.self, forKey: .unranked)
    seconds = try container.decode(Double.self, forKey: .seconds)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Record.columns(of: records), forKey: .records)
    try container.encode(distances, forKey: .distances)
    try container.encodeIfPresent(divergence, forKey: .divergence)
    try container.encode(uncompared, forKey: .uncompared)
    try container.encodeIfPresent(unranked, forKey: .unranked)
    try container.encode(seconds, forKey: .seconds)
  }
}

/// An image whose scores no class can be ranked by.
struct UnrankedImage: Codable, Hashable, Sendable {
  /// Its position in the data set.
  var index: Int
  var path: String
  /// nil where all values inside the network are finite.
  var origin: NonFiniteOrigin?
}

/// Kullback–Leibler divergences of many images put together, in nats.
struct DivergenceSum: Codable, Hashable, Sendable {
  private var sum = ExactSum()
  private var count = 0
  /// Images whose divergence is infinite or no number.
  private var unbounded = 0

  mutating func add(_ divergence: Double) {
    count += 1
    if divergence.isFinite { sum.add(divergence) } else { unbounded += 1 }
  }

  func adding(_ other: DivergenceSum) -> DivergenceSum {
    var total = self
    total.sum.add(other.sum)
    total.count += other.count
    total.unbounded += other.unbounded
    return total
  }

  /// nil where some image has none.
  var mean: Double? {
    guard unbounded == 0 else { return nil }
    return count > 0 ? sum.value / Double(count) : 0
  }
}
