/// Evaluates one arm after another on the same pixels.
protocol ArmBench {
  associatedtype Statistics: ArmStatistics
  typealias Measured = MeasuredArm<Statistics.Answers>

  var statistics: Statistics { get }
  var images: ImageStore { get }

  /// The first to be evaluated: others are compared with what it answers.
  mutating func evaluateOriginal(_ model: LoadedModel) throws -> Measured

  mutating func evaluate(_ made: MadeArm) throws -> Measured

  /// What speaks against believing the original's answers.
  func warnings(of original: Measured, _ model: LoadedModel) -> [String]

  func listing(_ comparison: Comparison, _ arms: [Measured]) throws -> any AnswerListing
}
