import CalibrantTasks

/// Any network, without labels: whether its answers stay the original's. Where it scores classes that is the share of images
/// with the same class; otherwise the cosine of the outputs' part that is farthest off.
public struct FidelityMeasure: PicturedTask {
  public struct Record: PartRecord {
    var isSame: Bool?
    var distances: [OutputDistance]
  }

  public let task = TaskKind.fidelity
  /// The place of the output that scores classes, in the original's order; nil where none does.
  let classes: Int?

  public let isLabelled = false

  /// The class that is ranked first.
  public func answer(_ outputs: [OutputArray], image: Int) throws -> Int? {
    classes.flatMap { SameClass.best(outputs[$0]) }
  }

  public func record(
    _ answer: Int?, image: Int, reference: Int?, distances: [OutputDistance]
  ) -> Record {
    Record(isSame: reference.map { $0 == answer }, distances: distances)
  }

  public func isPossible(_ record: Record, parts: Int) -> Bool { record.distances.count == parts }

  public func measures(of records: [Record], reference: [Record]) -> TaskMeasures {
    guard classes == nil else {
      let same = Measure(MetricKind(name: "same class"), holds: records.map(\.isSame))
      return TaskMeasures(accuracy: nil, agreement: same)
    }
    return TaskMeasures(
      accuracy: nil,
      agreement: Measure(
        MetricKind(name: "cosine"), .distances(records.map(\.distances))))
  }

  public var columns: [String] { (classes == nil ? [] : ["sameClass"]) + ["sqnr"] }

  public func cells(_ record: Record) -> [String] {
    let same = classes == nil ? [] : [record.isSame.map { $0 ? "1" : "0" } ?? ""]
    let lowest = record.distances.compactMap(\.sqnr).min()
    return same + [lowest.map { ReportText.fixed($0, 2) } ?? ""]
  }

  public func change(_ record: Record) -> Double { record.isSame == false ? 1 : 0 }

  public func picture(_ reference: Int?, _ answer: Int?, image: Int) -> TaskPicture {
    let names = [reference, answer].map { $0.map { "class \($0)" } ?? "none" }
    return TaskPicture(caption: "<span>\(names[0]) → <b>\(names[1])</b></span>")
  }
}

/// The cosine of the part that is farthest from the original's; 1 of the original itself, which has no distances.
struct LowestCosine: WeightedMetric {
  private let parts: [FidelityMetric]

  init(_ distances: [[OutputDistance]]) {
    let count = distances.first?.count ?? 0
    parts = (0..<count).map { part in FidelityMetric(.cosine, of: distances.map { $0[part] }) }
  }

  func value(weights: [Int]) -> Double? {
    parts.isEmpty ? 1 : parts.compactMap { $0.value(weights: weights) }.min()
  }
}
