/// Whether a data set's classes can be those that a model scores, told from names and numbers alone.
public struct LabelFit: Sendable {
  public struct Finding: Sendable, Hashable {
    public enum Kind: Sendable { case count, order, firstIndex }

    public let kind: Kind
    public let text: String
    /// Whether no accuracy can come of it.
    public let isWrong: Bool
  }

  public private(set) var findings: [Finding] = []

  /// - Parameter classes: how many the model scores; nil where only a run tells.
  public init(_ dataset: ImageDataset, classes: Int?) {
    if let classes {
      findings += Self.count(dataset, classes)
      findings += Self.firstIndex(dataset, classes)
    }
    findings += Self.order(dataset)
  }

  /// What is unlikely, one sentence each.
  /// - Throws: `HarnessError.labelsDoNotFit` for what cannot be right.
  public func warnings() throws(HarnessError) -> [String] {
    if let wrong = findings.first(where: \.isWrong) { throw .labelsDoNotFit(reason: wrong.text) }
    return findings.map(\.text)
  }

  private static func count(_ dataset: ImageDataset, _ classes: Int) -> [Finding] {
    let named = dataset.classNames.count
    let background =
      classes == named + 1
      ? " (one more, as with a background class, which is usually the first)" : ""
    guard named > 0 else { return [] }
    switch dataset.labelling {
    case .labelFile where named != classes:
      return [
        Finding(
          kind: .count,
          text:
            "the --labels file names \(classesText(named)), the model scores \(classes)\(background): "
            + "give it one line per score",
          isWrong: named > classes)
      ]
    case .indices where named > classes:
      let lowest = dataset.samples.map(\.label).min() ?? 0
      let isOneBased = lowest == 1 && named == classes + 1
      return [
        Finding(
          kind: .count,
          text:
            "the data has label \(named - 1), the model scores \(classes) classes, 0 to \(classes - 1)"
            + (isOneBased ? ": labels from 1 on? Subtract 1 from each" : ""),
          isWrong: true)
      ]
    case .sortedFolders where named > classes, .sortedNames where named > classes,
      nil where named > classes:
      return [
        Finding(
          kind: .count,
          text:
            "the data has class \(named - 1) ('\(dataset.classNames[named - 1])'), the model scores "
            + "\(classes) classes (is a --labels file missing?)", isWrong: true)
      ]
    case .sortedFolders where named < classes, .sortedNames where named < classes,
      nil where named < classes:
      let source = dataset.labelling == .sortedNames ? "class names" : "class folders"
      return [
        Finding(
          kind: .count,
          text:
            "the data has \(classesText(named)), the model scores \(classes)\(background): without a --labels file "
            + "the \(source) get the indices 0 to \(named - 1) in sorted order", isWrong: false)
      ]
    default: return []
    }
  }

  private static func classesText(_ count: Int) -> String {
    "\(ReportText.count(count)) class\(count == 1 ? "" : "es")"
  }

  /// Labels that begin with 1 and leave no gap look like those of a tool that counts from 1; where they reach the model's
  /// last class, class 0 may be a background class.
  private static func firstIndex(_ dataset: ImageDataset, _ classes: Int) -> [Finding] {
    let labels = Set(dataset.samples.map(\.label))
    guard dataset.labelling == .indices, let highest = labels.max(), highest < classes - 1,
      labels.min() == 1, labels.count == highest, highest > 1
    else { return [] }
    return [
      Finding(
        kind: .firstIndex,
        text:
          "labels run from 1 to \(highest) and none is 0: are they counted from 1? The first class is 0",
        isWrong: false)
    ]
  }

  private static func order(_ dataset: ImageDataset) -> [Finding] {
    guard dataset.labelling == .sortedFolders || dataset.labelling == .sortedNames,
      NumberedNames.order(of: dataset.classNames) != nil
    else { return [] }
    let sample = dataset.classNames.prefix(4).joined(separator: ", ")
    return [
      Finding(
        kind: .order,
        text:
          "class names are numbers, sorted as text (\(sample), …), so that most indices are not those numbers: "
          + "a --labels file with the names in order of their numbers gives those", isWrong: false)
    ]
  }
}

/// Whether an accuracy is told from guessing.
public enum Chance {
  /// What to say where it is not.
  /// - Parameter classes: how many the model scores.
  public static func warnings(top1: Double, _ interval: Interval, classes: Int) -> [String] {
    let chance = 1 / Double(max(classes, 1))
    guard classes > 1, interval.lower <= chance, top1 < (1 + chance) / 2 else { return [] }
    return [
      "top-1 of \(ReportText.percent(top1)) % is not told from guessing among \(ReportText.count(classes)) classes: "
        + "labels, preprocessing or output may not be the model's; calibrant doctor looks for it"
    ]
  }
}
