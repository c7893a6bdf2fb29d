/// The images most worth looking at: right in the original and wrong in most files that count, the
/// original's surest first.
public struct ChangedImages: Sendable {
  public struct Image: Sendable {
    public let path: String
    let label: Int
    /// The original's answer, and the files' most frequent wrong one.
    let before: Int
    let after: Int
    /// How many of the files broke it.
    let files: Int
    let margin: Float
  }

  static let listed = 24

  public let images: [Image]
  let fileCount: Int

  public init(_ comparison: Comparison, _ evaluations: [ArmEvaluation]) {
    let judged = Set(comparison.judgedFiles.map(\.result.name))
    let files = evaluations.filter { judged.contains($0.arm.name) }
    fileCount = files.count
    let original = evaluations.first?.records ?? []
    let broken = original.indices.compactMap { index -> Image? in
      let record = original[index]
      guard record.isCorrect else { return nil }
      let answers = files.compactMap { $0.records[index].top5.first }.filter { $0 != record.label }
      guard let after = Self.mostFrequent(answers) else { return nil }
      return Image(
        path: record.path, label: record.label, before: record.label, after: after,
        files: answers.count, margin: record.margin)
    }
    images = Array(
      broken.sorted {
        ($1.files, $1.margin, $0.path) < ($0.files, $0.margin, $1.path)
      }.prefix(Self.listed))
  }

  /// The smallest of equally frequent values.
  private static func mostFrequent(_ values: [Int]) -> Int? {
    Dictionary(grouping: values) { $0 }.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?
      .key
  }
}

/// Which classes won and lost in one arm.
struct ClassChanges {
  struct Row {
    let name: String
    let count: Int
    let broken: Int
    let fixed: Int
    /// The class that most of the broken images went to.
    let wentTo: String?
  }

  static let listed = 12

  /// Fewer images of a class say nothing of it: the interval of one change in twenty is thirty points wide.
  static let leastCount = 20

  /// Classes of enough images with any change, the largest net loss first.
  let rows: [Row]

  init(original: ArmEvaluation, arm: ArmEvaluation, classNames: [String]) {
    func name(_ index: Int) -> String {
      classNames.indices.contains(index) ? classNames[index] : String(index)
    }
    let byClass = Dictionary(grouping: original.records.indices) { original.records[$0].label }
    let all = byClass.map { label, members in
      let counts = members.reduce(
        into: PairedCounts(bothRight: 0, broken: 0, fixed: 0, bothWrong: 0)
      ) { $0.add(before: original.records[$1].isCorrect, after: arm.records[$1].isCorrect) }
      let targets = members.filter {
        original.records[$0].isCorrect && !arm.records[$0].isCorrect
      }.compactMap { arm.records[$0].top5.first }
      let target = Dictionary(grouping: targets) { $0 }
        .max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
      return (
        label,
        Row(
          name: name(label), count: members.count, broken: counts.broken, fixed: counts.fixed,
          wentTo: target.map(name))
      )
    }
    rows = all.filter { $0.1.count >= Self.leastCount && $0.1.broken + $0.1.fixed > 0 }
      .sorted {
        ($1.1.broken - $1.1.fixed, $1.1.broken, $0.0) < (
          $0.1.broken - $0.1.fixed, $0.1.broken, $1.0
        )
      }.prefix(Self.listed).map(\.1)
  }
}
