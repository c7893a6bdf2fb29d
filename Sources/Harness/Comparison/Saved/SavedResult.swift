import Foundation

/// What `evaluate --json` or `compare` saved: every model's answer on every image.
public struct SavedResult: Sendable {
  public struct Arm: Sendable {
    public let name: String
    /// The highest class per image, in the order of `images`; of classification alone.
    public let predictions: [Int]
    /// The same by the name of the hardware, where several were measured.
    public let hardware: [String: [Int]]
    /// Of the model; nil where the result does not say.
    public let sha256: String?
    /// What the metric is taken of; nil of classification, where it is whether predictions are right.
    let measured: MetricRecords?

    public init(
      name: String, predictions: [Int], hardware: [String: [Int]] = [:], sha256: String? = nil
    ) {
      (self.name, self.predictions, self.hardware) = (name, predictions, hardware)
      (self.sha256, measured) = (sha256, nil)
    }

    init(name: String, measured: MetricRecords, sha256: String? = nil) {
      (self.name, predictions, hardware) = (name, [], [:])
      (self.sha256, self.measured) = (sha256, measured)
    }
  }

  public struct Image: Sendable, Hashable {
    public let path: String
    public let contentHash: String
    /// Of classification; `ImageSample.unlabelled` otherwise.
    public let label: Int
  }

  /// The file's name without its folder.
  public let name: String
  public let task: TaskKind
  /// What is measured and judged: "top-1", "mAP".
  public let metric: String
  public let images: [Image]
  public let arms: [Arm]
  /// nil in results of earlier versions.
  public let provenance: Provenance?

  public init(
    name: String, task: TaskKind = .classification, metric: String = "top-1", images: [Image],
    arms: [Arm], provenance: Provenance? = nil
  ) {
    self.name = name
    self.task = task
    self.metric = metric
    self.images = images
    self.arms = arms
    self.provenance = provenance
  }

  /// - Throws: `HarnessError.badResult` where the file holds no predictions that can be paired.
  public init(contentsOf path: String) throws {
    let document: Document
    do {
      document = try JSONDecoder().decode(Document.self, from: TextFile.bytes(of: path))
    } catch let error as DecodingError {
      throw HarnessError.badResult(
        path: path, reason: "it is no result of evaluate or compare: \(Self.reason(error))")
    }
    try self.init(document, path: path)
  }

  private init(_ document: Document, path: String) throws(HarnessError) {
    guard (document.schemaVersion ?? 1) == 1 else {
      throw .badResult(
        path: path, reason: "it has version \(document.schemaVersion ?? 0), this program reads 1")
    }
    guard let task = TaskKind(rawValue: document.task ?? TaskKind.classification.rawValue) else {
      throw .badResult(path: path, reason: "it is of '\(document.task ?? "")', which is no task")
    }
    guard let records = document.records else {
      throw .badResult(
        path: path, reason: "it keeps no predictions (it was saved by an earlier version)")
    }
    let count = records.path.count
    let isClassification = task == .classification
    guard
      let labels = isClassification
        ? records.label : [Int](repeating: ImageSample.unlabelled, count: count)
    else {
      throw .badResult(
        path: path, reason: "it is no result of evaluate or compare: it has no 'label'")
    }
    guard records.contentHash.count == count, labels.count == count else {
      throw .badResult(path: path, reason: "its columns of records differ in length")
    }
    name = URL(filePath: path).lastPathComponent
    images = (0..<count).map {
      Image(
        path: records.path[$0], contentHash: records.contentHash[$0], label: labels[$0])
    }
    self.task = task
    metric = isClassification ? "top-1" : document.metricTitle ?? "metric"
    arms = document.allArms.filter { ($0.measured == nil) == isClassification }
    provenance = document.provenance
    guard !arms.isEmpty else {
      throw .badResult(
        path: path,
        reason: isClassification
          ? "it keeps no predictions"
          : "it keeps no records of images (it was saved by an earlier version)")
    }
    if let short = arms.first(where: { !$0.isOf(imageCount: count) }) {
      guard isClassification else {
        throw .badResult(
          path: path, reason: "the records of '\(short.name)' are not of its \(count) images")
      }
      throw .badResult(
        path: path,
        reason: "'\(short.name)' has \(short.predictions.count) predictions for \(count) images")
    }
  }

  /// What the metric of an arm is taken of.
  func records(_ arm: Arm) -> MetricRecords {
    arm.measured ?? .shares(zip(images, arm.predictions).map { $0.label == $1 })
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "it has no '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is of another type"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' cannot be"
    default: "it is not JSON"
    }
  }

  /// The parts of either document that pairing needs.
  private struct Document: Decodable {
    struct Records: Decodable {
      var path: [String]
      var contentHash: [String]
      /// Of classification alone.
      var label: [Int]?
    }
    struct Arm: Decodable {
      var name: String
      var predictions: [Int]?
      var measured: MetricRecords?
      var hardware: [String: HardwarePredictions]?
      var sha256: String?
    }
    struct HardwarePredictions: Decodable {
      /// Of classification alone.
      var predictions: [Int]?
    }
    /// A name in one document, and a number in the other.
    struct Title: Decodable {
      var text: String?

      init(from decoder: any Decoder) throws {
        text = try? decoder.singleValueContainer().decode(String.self)
      }
    }
    enum Model: Decodable {
      case name(String)
      case facts

      init(from decoder: any Decoder) throws {
        let name = try? decoder.singleValueContainer().decode(String.self)
        self = name.map(Model.name) ?? .facts
      }
    }

    var schemaVersion: Int?
    /// nil of classification.
    var task: String?
    var model: Model
    var records: Records?
    var arms: [Arm]?
    var predictions: [Int]?
    var measured: MetricRecords?
    var metric: Title?
    var metricName: String?
    var hardware: [String: HardwarePredictions]?
    var provenance: Provenance?

    var metricTitle: String? { metricName ?? metric?.text }

    var allArms: [SavedResult.Arm] {
      if case .name(let model) = model, let predictions {
        return [
          SavedResult.Arm(
            name: model, predictions: predictions, hardware: Self.predictions(hardware),
            sha256: provenance?.modelSHA256)
        ]
      }
      if case .name(let model) = model, let measured {
        return [
          SavedResult.Arm(name: model, measured: measured, sha256: provenance?.modelSHA256)
        ]
      }
      return (arms ?? []).compactMap { arm in
        if let measured = arm.measured {
          return SavedResult.Arm(name: arm.name, measured: measured, sha256: arm.sha256)
        }
        return arm.predictions.map {
          SavedResult.Arm(
            name: arm.name, predictions: $0, hardware: Self.predictions(arm.hardware),
            sha256: arm.sha256)
        }
      }
    }

    private static func predictions(
      _ hardware: [String: HardwarePredictions]?
    ) -> [String: [Int]] {
      (hardware ?? [:]).compactMapValues(\.predictions)
    }
  }
}

extension SavedResult.Arm {
  fileprivate func isOf(imageCount: Int) -> Bool {
    switch measured {
    case nil:
      predictions.count == imageCount && hardware.values.allSatisfy { $0.count == imageCount }
    case .pairs(let pairs):
      pairs.allSatisfy { max($0.pair.first, $0.pair.second) < imageCount }
    case .some(let records): records.count == imageCount
    }
  }
}
