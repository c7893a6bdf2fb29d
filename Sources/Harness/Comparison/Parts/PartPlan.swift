import CalibrantEngine

/// What the parts of a plan have to hold.
struct PartPlan: Hashable, Sendable {
  /// Tells parts of this plan from those of any other.
  let key: String
  /// The arithmetics of each arm.
  let hardware: [[Hardware]]
  let imageCount: Int
  /// Of all images and their labels; nil where that is not known before all are read.
  let dataDigest: String?
}

extension ComparisonPlan {
  var parts: PartPlan {
    PartPlan(
      key: key, hardware: arms.map(\.hardware), imageCount: facts.dataset.count,
      dataDigest: facts.provenance?.dataDigest)
  }
}
