import CalibrantEngine
import CalibrantONNXFormat

/// Samples whose scores no class can be ranked by, and where that comes from.
public struct NonFiniteScores: Sendable, Codable, Hashable {
  public let count: Int
  public let total: Int
  /// The first such sample.
  public let sample: String
  /// A sentence that names the first layer at fault.
  public let origin: String

  /// What a reader must know.
  public var warning: String {
    "\(count) of \(ReportText.count(total, "image")) have scores that are NaN or infinite and count as wrong, the first "
      + "\(sample): \(origin)"
  }

  init(count: Int, total: Int, _ first: UnrankedImage) {
    self.init(count: count, total: total, sample: first.path, first.origin)
  }

  private init(count: Int, total: Int, sample: String, _ origin: NonFiniteOrigin?) {
    (self.count, self.total, self.sample) = (count, total, sample)
    self.origin = origin.map { "\($0)" } ?? "all values inside the network are finite"
  }

  /// - Parameter isUnranked: by sample.
  /// - Returns: nil where every sample's scores can be ranked.
  init?(_ isUnranked: [Bool], of model: Model, on source: some SampleSource) throws {
    guard let first = isUnranked.firstIndex(of: true) else { return nil }
    self.init(
      count: isUnranked.count(where: \.self), total: isUnranked.count,
      sample: source.name(of: first),
      try NonFiniteOrigin.find(in: model, on: source, among: [first]))
  }
}

extension Rankings {
  /// The samples whose scores cannot be ranked; nil where there are none.
  public func nonFinite(of model: Model, on source: some SampleSource) throws -> NonFiniteScores? {
    try NonFiniteScores(samples.map(\.isEmpty), of: model, on: source)
  }
}
