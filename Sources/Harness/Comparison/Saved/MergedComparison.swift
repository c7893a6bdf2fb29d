import Engine
import Foundation

/// The comparison of a whole data set from reports of its shards, each saved by `compare`.
///
/// Everything that follows from predictions is computed anew. Images per second and divergences are averages over images,
/// speeds beside the original those of the first part's machine; what shards cannot give (the SQNR of the scores) is left
/// out.
public struct MergedComparison: Sendable {
  public let comparison: Comparison
  public let evaluations: [ArmEvaluation]

  /// - Throws: `HarnessError.badResult` where parts are of other models or arms, or hold the same image.
  public init(parts paths: [String]) throws {
    let parts = try paths.map { try Part($0) }
    let first = parts[0]
    for part in parts { try part.requireSame(as: first) }
    var images = DisjointImages()
    for part in parts { try images.add(part.saved.images, of: part.path) }
    var evaluations: [ArmEvaluation] = []
    for index in first.report.arms.indices {
      evaluations.append(Self.joined(parts, index))
    }
    let facts = Self.facts(parts)
    evaluations = evaluations.ledByWorst(maxDrop: facts.maxDrop, sampling: facts.sampling)
    let merged = Comparison(
      facts: facts, evaluations: evaluations, activations: first.report.activations)
    self.evaluations = evaluations
    comparison = merged.withTop5(
      first.report.arms.indices.map { index in
        Self.mean(parts) { $0.report.arms[index].top5 ?? 0 }
      })
  }

  /// Weighted by how many images the parts have.
  private static func mean(_ parts: [Part], _ value: (Part) -> Double) -> Double {
    let count = parts.reduce(0) { $0 + $1.saved.images.count }
    return parts.reduce(0) { $0 + value($1) * Double($1.saved.images.count) }
      / Double(max(count, 1))
  }

  private static func joined(_ parts: [Part], _ index: Int) -> ArmEvaluation {
    let arms = parts.map { $0.report.arms[index] }
    let arm = arms[0]
    let divergences = arms.compactMap(\.logitKL)
    var evaluation = ArmEvaluation(
      arm: Arm(
        name: arm.name, kind: arm.kind, scheme: arm.scheme, method: arm.method,
        granularity: arm.granularity, file: arm.file, bytes: arm.bytes, sha256: arm.sha256),
      answers: parts.flatMap { $0.records(index) },
      logitKL: divergences.count == arms.count
        ? mean(parts) { $0.report.arms[index].logitKL ?? 0 } : nil,
      quantizeSeconds: arm.quantizeSeconds,
      imagesPerSecond: mean(parts) { $0.report.arms[index].imagesPerSecond },
      bitsPerWeight: arm.bitsPerWeight,
      tensorsWithoutObservations: arm.tensorsWithoutObservations, notes: arm.notes,
      layers: arm.layers)
    evaluation.hardware = parts[0].hardware(index).map { one in
      HardwareRecords(one, parts.flatMap { $0.records(index, on: one) })
    }
    evaluation.saturation = arm.saturation ?? []
    evaluation.speed = arm.speed
    return evaluation
  }

  private static func facts(_ parts: [Part]) -> ComparisonFacts {
    let first = parts[0].report
    let data = parts.map(\.report.dataset)
    let labels = Set(parts.flatMap { $0.saved.images.map(\.label) })
    var facts = ComparisonFacts(
      model: first.model,
      dataset: .init(
        count: parts.reduce(0) { $0 + $1.saved.images.count },
        classes: data.map(\.classes).max() ?? 0, calibrationCount: first.dataset.calibrationCount,
        overlap: data.reduce(0) { $0 + $1.overlap }, skipped: data.flatMap(\.skippedImages)),
      preprocessing: first.preprocessing.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) },
      machine: first.machine, maxDrop: first.maxDrop, command: first.command,
      provenance: parts.compactMap(\.report.provenance).joined())
    facts.dataset.classesWithImages = labels.count
    facts.warnings = parts.flatMap { $0.report.warnings ?? [] }.uniqued()
    return facts
  }
}

/// One report and its predictions.
private struct Part {
  struct Report: Decodable {
    struct Dataset: Decodable {
      var classes: Int
      var calibrationCount: Int
      var overlap: Int
      var skippedImages: [String]
    }
    var model: ComparisonFacts.Model
    var dataset: Dataset
    var preprocessing: [String: String]
    var machine: ComparisonFacts.Machine
    var command: [String]
    var sampling: Sampling
    var maxDrop: Double?
    var arms: [ArmResult]
    var activations: [ActivationComparison]
    var provenance: Provenance?
    var warnings: [String]?
  }

  let path: String
  let saved: SavedResult
  let report: Report

  init(_ path: String) throws {
    self.path = path
    saved = try SavedResult(contentsOf: path)
    do {
      report = try JSONDecoder().decode(Report.self, from: TextFile.bytes(of: path))
    } catch is DecodingError {
      throw HarnessError.badResult(path: path, reason: "it is no report of this version's compare")
    }
    guard saved.arms.map(\.name) == report.arms.map(\.name) else {
      throw HarnessError.badResult(path: path, reason: "not every arm has predictions")
    }
    guard report.arms.first?.kind == .original,
      report.arms.dropFirst().allSatisfy({ $0.kind != .original })
    else {
      throw HarnessError.badResult(path: path, reason: "its first arm is not the one original")
    }
    guard (0..<1 << 40).contains(report.dataset.overlap) else {
      throw HarnessError.badResult(path: path, reason: "it has counts that cannot be")
    }
  }

  func requireSame(as other: Part) throws(HarnessError) {
    let (own, first) = (report, other.report)
    guard own.sampling != .sequential else {
      throw .badResult(path: path, reason: "it stopped early, so it is no fixed part of a whole")
    }
    var differences: [String] = []
    if own.maxDrop != first.maxDrop { differences.append("the margin") }
    if own.arms.map(\.name) != first.arms.map(\.name) {
      differences.append("the arms")
    } else {
      differences += zip(own.arms, first.arms).filter { $0.sha256 != $1.sha256 }
        .map { "the quantized file of \($0.0.name)" }
    }
    let hardware = saved.arms.map { Set($0.hardware.keys) }
    if hardware != other.saved.arms.map({ Set($0.hardware.keys) }) {
      differences.append("the hardware")
    }
    try Provenance.requireSame(
      own.provenance, as: first.provenance, path, other.path, besides: differences)
  }

  func records(_ arm: Int) -> [Record] { saved.records(of: saved.arms[arm].predictions) }

  /// Several only where all was measured on several.
  func hardware(_ arm: Int) -> [Hardware] {
    Hardware.allCases.filter { saved.arms[arm].hardware[$0.rawValue] != nil }
  }

  func records(_ arm: Int, on hardware: Hardware) -> [Record] {
    saved.records(of: saved.arms[arm].hardware[hardware.rawValue] ?? [])
  }
}

extension Comparison {
  fileprivate func withTop5(_ shares: [Double]) -> Comparison {
    var copy = self
    for (index, share) in shares.enumerated() { copy.arms[index].top5 = share }
    return copy
  }
}
