/// What a classifier said of every image.
public typealias ArmEvaluation = MeasuredArm<[Record]>

extension MeasuredArm where Answers == [Record] {
  /// One per image, in the same order of images for every arm of a comparison.
  public var records: [Record] {
    get { answers }
    set { answers = newValue }
  }

  /// What to say where the accuracy is no better than guessing.
  func chanceWarnings(classes: Int) -> [String] {
    guard !records.isEmpty else { return [] }
    let correct = records.count(where: \.isCorrect)
    return Chance.warnings(
      top1: Double(correct) / Double(records.count),
      Wilson.interval(successes: correct, count: records.count), classes: classes)
  }
}

extension MeasuredOnHardware where Answers == [Record] {
  public var records: [Record] { answers }
}
