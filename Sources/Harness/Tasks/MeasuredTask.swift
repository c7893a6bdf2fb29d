import CalibrantTasks

/// A task as a comparison measures it: what the outputs for an image answer, what is kept of that, and what the records of
/// many images are worth.
public protocol MeasuredTask: Sendable {
  /// What outputs say. It is kept of the original alone, for every image, to compare others with.
  associatedtype Answer: Sendable
  /// What is kept of every image of every arm.
  associatedtype Record: PartRecord

  var task: TaskKind { get }

  /// Whether there are labels to measure by; otherwise arms are measured by their agreement with the original.
  var isLabelled: Bool { get }

  /// What whoever reads its results should know of how outputs are read, one sentence each.
  var notes: [String] { get }

  /// What resamples draw, and how many there are: images, unless it says otherwise.
  func units(images: Int) -> (name: String, count: Int)

  /// - Parameters:
  ///   - outputs: of one image, in the original's order.
  ///   - image: its index among the images.
  func answer(_ outputs: [OutputArray], image: Int) throws -> Answer

  /// - Parameters:
  ///   - reference: what the original answers, which for the original is its own answer.
  ///   - distances: of the outputs' parts from the original's.
  func record(
    _ answer: Answer, image: Int, reference: Answer, distances: [OutputDistance]
  ) throws -> Record

  /// Whether this task could have left a record that was read from a file; `measures` takes no others.
  ///
  /// - Parameter parts: how many distances of outputs are taken; 0 of the original.
  func isPossible(_ record: Record, parts: Int) -> Bool

  /// What the records are worth.
  ///
  /// - Parameter reference: the original's records, which for the original are its own.
  func measures(of records: [Record], reference: [Record]) -> TaskMeasures

  /// The names of what `cells` says of an image.
  var columns: [String] { get }

  /// A record as a row of a table.
  func cells(_ record: Record) -> [String]

  /// The images of which an arm's answers differ most from the original's, those first, and how they do.
  ///
  /// - Parameters:
  ///   - records: the arm's.
  ///   - reference: the original's.
  ///   - limit: the most images to give.
  ///   - answers: answers some images again: the original, and the arm.
  func changes(
    in records: [Record], from reference: [Record], limit: Int,
    answers: (_ images: [Int]) throws -> [(original: Answer, arm: Answer)]
  ) throws -> [ChangedImage]
}

/// A task whose answer for an image says by itself how it differs from another.
public protocol PicturedTask: MeasuredTask {
  /// How much an image's answer differs from the original's: 0 where nothing does.
  func change(_ record: Record) -> Double

  /// How an answer differs from the original's, for people.
  func picture(_ reference: Answer, _ answer: Answer, image: Int) -> TaskPicture
}

extension PicturedTask {
  public func changes(
    in records: [Record], from reference: [Record], limit: Int,
    answers: (_ images: [Int]) throws -> [(original: Answer, arm: Answer)]
  ) throws -> [ChangedImage] {
    let changed = records.indices.map { ($0, change(records[$0])) }
      .filter { $0.1 > 0 }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(limit).map(\.0)
    return try zip(changed, answers(changed)).map { image, answers in
      ChangedImage(
        image: image, picture: picture(answers.original, answers.arm, image: image))
    }
  }
}

extension MeasuredTask {
  public var notes: [String] { [] }

  public func units(images: Int) -> (name: String, count: Int) { ("images", images) }
}

/// An image whose answer changed, by its place.
public struct ChangedImage: Sendable, Hashable {
  public let image: Int
  public let picture: TaskPicture
}

/// The images nearest to another one.
public struct NeighborPair: Sendable, Hashable {
  public struct Neighbor: Sendable, Hashable {
    /// Its place among the images.
    public let image: Int
    /// The cosine of the angle between the embeddings, -1...1.
    public let similarity: Double
  }

  /// Nil where an embedding is near to none.
  public let before: Neighbor?
  public let after: Neighbor?
}

/// What is drawn over an image, and said beside it; both HTML.
public struct TaskPicture: Sendable, Hashable {
  public var overlay: String
  public var caption: String
  /// Images to show beside it.
  public var neighbors: NeighborPair?

  public init(overlay: String = "", caption: String) {
    (self.overlay, self.caption) = (overlay, caption)
  }
}

/// What all records of an arm are worth.
public struct TaskMeasures: Sendable {
  /// Against labels; nil where there are none.
  public var accuracy: Measure?
  /// With the original.
  public var agreement: Measure
  /// What else is worth a column.
  public var details = MetricDetails()

  public init(accuracy: Measure?, agreement: Measure) {
    (self.accuracy, self.agreement) = (accuracy, agreement)
  }
}

/// A metric of all images that resamples can weigh.
public struct Measure: Sendable {
  public let kind: MetricKind
  public let form: Form
  /// What it is taken of.
  let records: MetricRecords

  public enum Form: Sendable {
    /// A share of images, which has exact statistics; nil of images that the question does not arise for.
    case proportion([Bool?])
    /// Anything else.
    case weighted(any WeightedMetric)
  }

  public init(_ kind: MetricKind, holds: [Bool?]) {
    self.init(kind, .shares(holds))
  }

  /// - Parameter metric: of the records, where it is known already.
  init(_ kind: MetricKind, _ records: MetricRecords, metric: (any WeightedMetric)? = nil) {
    (self.kind, self.records) = (kind, records)
    form = metric.map(Form.weighted) ?? records.form
  }
}
