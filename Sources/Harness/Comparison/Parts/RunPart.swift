import CalibrantEngine

/// What some images of a run leave behind in every arm: the truth that every report is a function of. A run on one machine is
/// one part.
public struct RunPart<Record: PartRecord>: Codable, Hashable, Sendable {
  /// One model in one arithmetic.
  struct OnHardware: Codable, Hashable, Sendable {
    var hardware: Hardware
    var answers: AnswerPart<Record>
  }

  var images: PartImages
  /// Unreadable images that were left out, by relative path.
  var skipped: [String] = []
  /// In the order of the plan, the original first; each on every hardware that the plan asks for.
  var arms: [[OnHardware]]

  init(images: PartImages, arms: [[OnHardware]]) { (self.images, self.arms) = (images, arms) }

  /// Nothing of what a plan asks for.
  init(empty plan: PartPlan) {
    self.init(
      images: .none,
      arms: plan.hardware.map { $0.map { OnHardware(hardware: $0, answers: .empty) } })
  }

  /// Adds what further images leave behind.
  ///
  /// - Precondition: both follow the same plan.
  mutating func append(_ other: RunPart) {
    precondition(arms.count == other.arms.count, "parts have the arms of their plan")
    images.append(other.images)
    skipped += other.skipped
    for (index, arm) in other.arms.enumerated() {
      for (place, one) in arm.enumerated() { arms[index][place].answers.append(one.answers) }
    }
  }

  /// What the original answered.
  var original: AnswerPart<Record> { arms[0][0].answers }
}
