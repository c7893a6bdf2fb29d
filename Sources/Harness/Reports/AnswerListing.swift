import CalibrantEngine

/// What the arms of a comparison answered, image by image, as each format lists it.
public protocol AnswerListing: Sendable {
  /// Every answer of every arm, one per line after a header: what any other statistic can be computed from.
  var csv: String { get }

  /// The images, once for all arms.
  var images: JSONValue { get }

  /// What JSON keeps of an arm's answers, so that shards can be joined and results paired.
  func answers(ofArm index: Int) -> [JSONValue.Member]
  func answers(ofArm index: Int, on hardware: Hardware) -> [JSONValue.Member]

  /// The paths of the images that a page shows.
  var shownPaths: Set<String> { get }

  /// The longer side of their pictures, in pixels.
  var thumbnailSide: Int { get }

  /// Styles that its sections need besides those of every page.
  var sheet: String { get }

  /// The parts of a page that are about single images and classes.
  ///
  /// - Parameter thumbnails: small pictures by path, as data URIs.
  func sections(_ thumbnails: [String: String]) -> [String]
}

/// What classifiers answered.
public struct ClassListing: AnswerListing {
  let comparison: Comparison
  let evaluations: [ArmEvaluation]

  /// - Parameter evaluations: what the comparison was made of.
  public init(_ comparison: Comparison, _ evaluations: [ArmEvaluation]) {
    (self.comparison, self.evaluations) = (comparison, evaluations)
  }

  public var csv: String { Predictions.csv(evaluations) }

  public var images: JSONValue { RecordColumns.json(evaluations.first?.records ?? []) }

  public func answers(ofArm index: Int) -> [JSONValue.Member] {
    [.init("predictions", RecordColumns.predictions(evaluations[index].records))]
  }

  public func answers(ofArm index: Int, on hardware: Hardware) -> [JSONValue.Member] {
    evaluations[index].hardware.members(on: hardware)
  }

  public var shownPaths: Set<String> {
    Set(ChangedImages(comparison, evaluations).images.map(\.path))
  }

  public let thumbnailSide = 112
  public let sheet = ""

  public func sections(_ thumbnails: [String: String]) -> [String] {
    let images = HTMLImages(
      comparison: comparison, evaluations: evaluations, thumbnails: thumbnails)
    return [images.classes, images.gallery]
  }
}

extension [HardwareRecords] {
  /// The predictions on one kind of hardware.
  func members(on hardware: Hardware) -> [JSONValue.Member] {
    let records = first { $0.hardware == hardware }?.records ?? []
    return [.init("predictions", RecordColumns.predictions(records))]
  }
}
