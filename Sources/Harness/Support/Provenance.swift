import CalibrantEngine
import Foundation

/// What a result was measured on and with, as far as it decides the numbers: two results that differ in it are of
/// different things.
public struct Provenance: Sendable, Codable, Hashable {
  public var modelSHA256: String
  /// The name of the output that was ranked.
  public var output: String
  public var preprocessing: [String: String]
  /// SHA-256 of the classes' names, in order.
  public var labelsDigest: String
  /// Of the images and their labels; that of several parts adds up (`DigestSum`).
  public var dataDigest: String
  /// Of the samples that calibration saw; nil where there was none.
  public var calibrationDigest: String?
  /// How quantized layers were computed on exact hardware; nil in results of earlier versions, which knew `float` only.
  public var arithmetic: Arithmetic?
  /// What the numbers were computed by (`MachineFacts.kernels`).
  public var kernels: String
  /// What was asked for, as a configuration file that asks for it again (`RunContext.options`).
  public var options: String?

  public init(
    modelSHA256: String, output: String, preprocessing: [ComparisonFacts.Setting],
    classNames: [String], dataDigest: String, calibrationDigest: String? = nil,
    arithmetic: Arithmetic? = nil, kernels: String = MachineFacts.kernels
  ) {
    self.modelSHA256 = modelSHA256
    self.output = output
    self.preprocessing = Dictionary(
      preprocessing.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    labelsDigest = ContentHash.sha256(classNames.joined(separator: "\n").utf8)
    self.dataDigest = dataDigest
    self.calibrationDigest = calibrationDigest
    self.arithmetic = arithmetic
    self.kernels = kernels
  }

  /// What two results of different images differ in besides; kernels are not among it, as they decide no more than the
  /// last digits of scores.
  func differences(from other: Provenance) -> [String] {
    var names: [String] = []
    if modelSHA256 != other.modelSHA256 { names.append("the model") }
    if output != other.output { names.append("the ranked output") }
    if preprocessing != other.preprocessing { names.append("preprocessing") }
    if labelsDigest != other.labelsDigest { names.append("the names of classes") }
    if calibrationDigest != other.calibrationDigest { names.append("the calibration data") }
    if arithmetic ?? .float != other.arithmetic ?? .float { names.append("the arithmetic") }
    return names
  }

  /// That of all images of both.
  func joined(with other: Provenance) -> Provenance {
    var sum = self
    if options != other.options { sum.options = nil }
    if var digest = DigestSum(dataDigest), let added = DigestSum(other.dataDigest) {
      digest.add(added)
      sum.dataDigest = digest.text
    }
    let own = kernels.components(separatedBy: "; ")
    let added = other.kernels.components(separatedBy: "; ").filter { !own.contains($0) }
    sum.kernels = (own + added).joined(separator: "; ")
    return sum
  }
}

extension Provenance {
  /// Of an evaluation of these images.
  public init(_ model: LoadedModel, _ images: any MeasuredSamples) {
    self.init(
      modelSHA256: model.sha256, output: model.scores.name,
      preprocessing: images.settings, classNames: images.classNames,
      dataDigest: DigestSum(labelled: images.hashes, images.samples.map(\.label)).text,
      arithmetic: model.arithmetic)
  }
}

extension DigestSum {
  /// Of images, by the hashes of their files, with their labels.
  init(labelled hashes: [String], _ labels: [Int]) {
    self.init(of: zip(hashes, labels).map { "\($0) \($1)" })
  }
}
