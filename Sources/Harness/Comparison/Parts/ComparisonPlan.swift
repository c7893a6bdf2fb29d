import CalibrantEngine
import Foundation
import CalibrantTasks

/// What is to be measured, as making the arms leaves it: any machine can score any images by it.
public struct ComparisonPlan: Codable, Hashable, Sendable {
  /// A model to score, and what is known of it whatever it answers.
  struct PlannedArm: Codable, Hashable, Sendable {
    var arm: Arm
    /// The arithmetics to measure in, exact first.
    var hardware: [Hardware]
    var quantizeSeconds = 0.0
    var bitsPerWeight: Double?
    var tensorsWithoutObservations = 0
    var notes: [String]
    var layers: [LayerNoise] = []
    var saturation: [LayerSaturation]
  }

  /// The program's version.
  public internal(set) var version = ProgramVersion.current
  /// Of the whole data set.
  public internal(set) var facts: ComparisonFacts
  /// The original first.
  var arms: [PlannedArm]
  var activations: [ActivationComparison]
  /// Classes that the original scores; nil where it scores none.
  var classes: Int?
  /// What arms are compared by with the original; nil of classification.
  var outputs: ComparedOutputs?
  /// Images that could not be read and are left out, by relative path.
  var unreadable: [String] = []
  /// What was typed to make it, which scoring and joining follow.
  public var arguments: [String] = []

  /// "9 arms on 200 images"
  public var summary: String {
    "\(ReportText.count(arms.count, "arm")) on \(ReportText.count(facts.dataset.count, "image"))"
  }

  /// Tells results of this plan from those of any other: of what decides the numbers, not of what clocks said.
  var key: String {
    let identity = Identity(
      version: version, model: facts.model.sha256, task: facts.task, provenance: facts.provenance,
      imageCount: facts.dataset.count, command: facts.command,
      arms: arms.map {
        Identity.Arm(name: $0.arm.name, sha256: $0.arm.sha256, hardware: $0.hardware)
      },
      outputs: outputs)
    return ContentHash.sha256(PartCoding.encoded(identity))
  }

  private struct Identity: Encodable {
    struct Arm: Encodable {
      var name: String
      var sha256: String?
      var hardware: [Hardware]
    }
    var version: String
    var model: String
    var task: TaskKind
    var provenance: Provenance?
    var imageCount: Int
    var command: [String]
    var arms: [Arm]
    var outputs: ComparedOutputs?
  }
}
