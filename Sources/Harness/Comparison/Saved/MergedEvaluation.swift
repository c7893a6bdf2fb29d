import CalibrantEngine
import Foundation

/// The result of a whole data set from results of its shards, each saved by `evaluate --json`.
public struct MergedEvaluation: Sendable {
  public let result: EvaluationResult
  /// All images in the order of the parts; of the five highest classes only the first is known.
  public let records: [Record]
  /// The same by hardware, where the parts were measured on several.
  public let hardware: [HardwareRecords]

  /// - Throws: `HarnessError.badResult` where parts are of different things, or hold the same image.
  public init(parts paths: [String]) throws {
    var results: [EvaluationResult] = []
    var records: [Record] = []
    var hardware: [Hardware: [Record]] = [:]
    var images = DisjointImages()
    for path in paths {
      let saved = try SavedResult(contentsOf: path)
      guard saved.task == .classification else {
        throw HarnessError.badResult(
          path: path,
          reason: "it is of \(saved.task.rawValue); results of classification can be joined")
      }
      guard
        let result = try? JSONDecoder().decode(
          EvaluationResult.self, from: TextFile.bytes(of: path))
      else { throw HarnessError.badResult(path: path, reason: "it is no result of evaluate") }
      guard result.isPlausible, result.count == saved.images.count else {
        throw HarnessError.badResult(path: path, reason: "it has counts or shares that cannot be")
      }
      try Provenance.requireSame(
        result.provenance, as: results.first?.provenance ?? result.provenance, path, paths[0])
      try images.add(saved.images, of: path)
      records += saved.records(of: saved.arms[0].predictions)
      for one in Hardware.allCases {
        hardware[one, default: []] += saved.records(
          of: saved.arms[0].hardware[one.rawValue] ?? [])
      }
      results.append(result)
    }
    // Where only some parts were measured on a hardware, nothing is known of the whole.
    self.hardware = Hardware.allCases.compactMap { one in
      hardware[one]?.count == records.count && !records.isEmpty
        ? HardwareRecords(one, hardware[one] ?? []) : nil
    }
    result = EvaluationResult(merging: results).led(by: self.hardware)
    self.records = self.hardware.worst?.records ?? records
  }
}

extension SavedResult {
  /// Of the five highest classes only the first is known.
  func records(of predictions: [Int]) -> [Record] {
    zip(images, predictions).map { image, prediction in
      Record(
        path: image.path, contentHash: image.contentHash, label: image.label,
        top5: prediction < 0 ? [] : [prediction], margin: 0)
    }
  }
}

extension EvaluationResult {
  /// Whether counts are counts and shares are shares, as in every file that `evaluate` wrote.
  fileprivate var isPlausible: Bool {
    let counts = [count] + perClass.map(\.count)
    let shares = [top1, top5] + perClass.map(\.top1)
    return counts.allSatisfy { (0..<1 << 40).contains($0) }
      && shares.allSatisfy { (0...1).contains($0) }
  }

  /// With the figures of the worst hardware over all images, which need not be the worst of each part.
  fileprivate func led(by measured: [HardwareRecords]) -> EvaluationResult {
    guard let worst = measured.worst?.records else { return self }
    let correct = worst.count(where: \.isCorrect)
    var result = EvaluationResult(
      model: model, count: count, top1: Double(correct) / Double(max(count, 1)), top5: top5,
      top1Interval: Wilson.interval(successes: correct, count: count), perClass: perClass,
      skippedImages: skippedImages, seconds: seconds,
      provenance: provenance, warnings: warnings)
    result.hardware = measured.results
    result.saturation = saturation
    return result
  }

  /// What one run over all images of the parts would have counted; seconds add up.
  ///
  /// - Parameter parts: at least one, of disjoint images.
  init(merging parts: [EvaluationResult]) {
    let count = parts.reduce(0) { $0 + $1.count }
    /// Shares are quotients of whole numbers, so rounding gives the numbers back.
    func total(_ share: (EvaluationResult) -> Double) -> Int {
      parts.reduce(0) { $0 + Int((share($1) * Double($1.count)).rounded()) }
    }
    let correct = total(\.top1)
    var order: [String] = []
    var classes: [String: (count: Int, correct: Int)] = [:]
    for accuracy in parts.flatMap(\.perClass) {
      if classes[accuracy.name] == nil { order.append(accuracy.name) }
      let known = classes[accuracy.name, default: (0, 0)]
      let right = Int((accuracy.top1 * Double(accuracy.count)).rounded())
      classes[accuracy.name] = (known.count + accuracy.count, known.correct + right)
    }
    let timed = parts.compactMap(\.seconds)
    let seconds = Seconds(
      decode: timed.reduce(0) { $0 + $1.decode },
      inference: timed.reduce(0) { $0 + $1.inference }, total: timed.reduce(0) { $0 + $1.total })
    self.init(
      model: parts[0].model, count: count,
      top1: count == 0 ? 0 : Double(correct) / Double(count),
      top5: count == 0 ? 0 : Double(total(\.top5)) / Double(count),
      top1Interval: Wilson.interval(successes: correct, count: count),
      perClass: order.map { name in
        let (count, correct) = classes[name, default: (0, 0)]
        return ClassAccuracy(
          name: name, count: count, top1: count == 0 ? 0 : Double(correct) / Double(count))
      },
      skippedImages: parts.flatMap(\.skippedImages),
      seconds: timed.count == parts.count ? seconds : nil,
      provenance: parts.compactMap(\.provenance).joined(),
      warnings: parts.flatMap { $0.warnings ?? [] }.uniqued())
    saturation = parts[0].saturation
  }
}
