/// What a model is for.
public enum TaskKind: String, Sendable, Codable, CaseIterable {
  case classification
  case detection
  case segmentation
  case embedding
  case text
  /// Nothing but how near its outputs are to another model's.
  case fidelity

  /// The share of images with the same answer, as a column.
  var agreementTitle: String {
    switch self {
    case .classification: "same top-1"
    case .detection: "box F1"
    case .segmentation: "mask mIoU"
    case .embedding: "same nearest"
    case .text: "same text"
    case .fidelity: "agreement"
    }
  }
}
