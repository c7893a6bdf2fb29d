/// What a task means: what the outputs and the truth of one image leave behind, and what the records of many are worth.
///
/// Records of disjoint sets of images are put together in any order, and a metric takes images as often as a resample
/// draws them, so whatever costs time (matching, decoding, confusion) is done once per image.
///
/// It is not called Task, which is Swift's own.
public protocol VisionTask: Sendable {
  associatedtype Truth: Sendable
  associatedtype Record: Sendable, Codable, Hashable
  associatedtype Metric: WeightedMetric

  var kind: MetricKind { get }

  /// What one image leaves behind.
  ///
  /// - Parameter outputs: in the model's order.
  func record(_ outputs: [OutputArray], truth: Truth) throws(TaskError) -> Record

  /// Whether this task could have left a record that was read from a file. The metric takes no others.
  func isPossible(_ record: Record) -> Bool

  /// The metric of these images, ready to be weighed over and over.
  func metric(of records: [Record]) -> Metric
}

extension VisionTask {
  public func isPossible(_ record: Record) -> Bool { true }
}

/// A metric of a fixed list of images.
public protocol WeightedMetric: Sendable {
  /// The metric where image i counts `weights[i]` times; nil where nothing is left that it could be taken of.
  ///
  /// - Precondition: as many weights as images, none negative.
  func value(weights: [Int]) -> Double?

  /// The metric by each of several lists of weights: the same values, together where that is faster.
  func values(weights: [[Int]]) -> [Double?]

  /// How many images a mean over classes rests on, for the interval: the harmonic mean of the images of each class, since
  /// a class of few images is as uncertain as they are few. nil where it is all images.
  var effectiveImageCount: Double? { get }
}

extension WeightedMetric {
  public var effectiveImageCount: Double? { nil }

  public func values(weights: [[Int]]) -> [Double?] { weights.map { value(weights: $0) } }
}

/// What a metric is called and how it is read.
public struct MetricKind: Sendable, Hashable {
  /// As in tables and, in lower camel case, in JSON.
  public let name: String
  /// What a difference of 1 is in print.
  public let unit: Unit
  public let isHigherBetter: Bool

  public enum Unit: Sendable {
    /// Shares of 0...1, of which differences are given in percentage points.
    case share
    case decibels
  }

  public init(name: String, unit: Unit = .share, isHigherBetter: Bool = true) {
    self.name = name
    self.unit = unit
    self.isHigherBetter = isHigherBetter
  }
}
