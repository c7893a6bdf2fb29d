import Foundation

/// What `evaluate --json` or `compare` saved: every model's prediction on every image.
public struct SavedResult: Sendable {
  public struct Arm: Sendable {
    public let name: String
    /// The highest class per image, in the order of `images`.
    public let predictions: [Int]
    /// The same by the name of the hardware, where several were measured.
    public let hardware: [String: [Int]]
    /// Of the model; nil where the result does not say.
    public let sha256: String?

    public init(
      name: String, predictions: [Int], hardware: [String: [Int]] = [:], sha256: String? = nil
    ) {
      (self.name, self.predictions, self.hardware) = (name, predictions, hardware)
      self.sha256 = sha256
    }
  }

  public struct Image: Sendable, Hashable {
    public let path: String
    public let contentHash: String
    public let label: Int
  }

  /// The file's name without its folder.
  public let name: String
  public let images: [Image]
  public let arms: [Arm]
  /// nil in results of earlier versions.
  public let provenance: Provenance?

  public init(name: String, images: [Image], arms: [Arm], provenance: Provenance? = nil) {
    self.name = name
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
    if let task = document.task, task != TaskKind.classification.rawValue {
      throw .badResult(
        path: path, reason: "it is of \(task); results of classification can be paired and joined")
    }
    guard let records = document.records else {
      throw .badResult(
        path: path, reason: "it keeps no predictions (it was saved by an earlier version)")
    }
    let count = records.path.count
    guard let labels = records.label else {
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
    arms = document.allArms
    provenance = document.provenance
    guard !arms.isEmpty else {
      throw .badResult(path: path, reason: "it keeps no predictions")
    }
    if let short = arms.first(where: { arm in
      arm.predictions.count != count || arm.hardware.values.contains { $0.count != count }
    }) {
      throw .badResult(
        path: path,
        reason: "'\(short.name)' has \(short.predictions.count) predictions for \(count) images")
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "it has no '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is of another type"
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
      var hardware: [String: HardwarePredictions]?
      var sha256: String?
    }
    struct HardwarePredictions: Decodable {
      var predictions: [Int]
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
    var hardware: [String: HardwarePredictions]?
    var provenance: Provenance?

    var allArms: [SavedResult.Arm] {
      if case .name(let model) = model, let predictions {
        return [
          SavedResult.Arm(
            name: model, predictions: predictions, hardware: Self.predictions(hardware),
            sha256: provenance?.modelSHA256)
        ]
      }
      return (arms ?? []).compactMap { arm in
        arm.predictions.map {
          SavedResult.Arm(
            name: arm.name, predictions: $0, hardware: Self.predictions(arm.hardware),
            sha256: arm.sha256)
        }
      }
    }

    private static func predictions(
      _ hardware: [String: HardwarePredictions]?
    ) -> [String: [Int]] {
      (hardware ?? [:]).mapValues(\.predictions)
    }
  }
}
