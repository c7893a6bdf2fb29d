import CalibrantEngine

/// Runs one model after another on the same images, and keeps what each answers beside the original.
protocol ArmBench {
  associatedtype Record: PartRecord

  var images: any MeasuredSamples { get }

  /// What the first model answers, which others are held against.
  ///
  /// - Parameter title: for progress.
  mutating func answers(ofOriginal model: LoadedModel, title: String) throws -> AnswerPart<Record>

  /// - Precondition: the original has answered.
  mutating func answers(
    of model: LoadedModel, _ hardware: Hardware, title: String
  ) throws -> AnswerPart<Record>
}

/// What the answers on all images are worth.
protocol AnswerReader {
  associatedtype Record: PartRecord
  associatedtype Statistics: ArmStatistics
  typealias Measured = MeasuredArm<Statistics.Answers>

  var statistics: Statistics { get }

  func answers(
    _ part: AnswerPart<Record>, isOriginal: Bool
  ) throws -> Statistics.Answers

  /// Signal-to-quantization-noise ratio against the original, in dB.
  func sqnr(_ part: AnswerPart<Record>) -> Double?

  /// What a reader of the report should know of these answers, one sentence each.
  func notes(_ part: AnswerPart<Record>) -> [String]

  /// What speaks against believing the original's answers.
  func warnings(of original: Measured) -> [String]

  /// - Parameter arms: what `comparison` was made of, of the answers in `part`.
  func listing(
    _ comparison: Comparison, _ arms: [Measured], _ part: RunPart<Record>
  ) throws -> any AnswerListing
}
