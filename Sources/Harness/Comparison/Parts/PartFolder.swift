import Foundation

/// A folder of a plan's parts.
public struct PartFolder: Sendable {
  public let path: String
  let plan: PartPlan

  public init(_ path: String, _ plan: ComparisonPlan) { self.init(path, plan.parts) }

  init(_ path: String, _ plan: PartPlan) { (self.path, self.plan) = (path, plan) }

  /// Whether a part is there already.
  ///
  /// - Throws: `HarnessError.badResult` where what is there is another plan's, or damaged.
  public func holds(_ shard: Shard) throws -> Bool {
    let file = place(of: shard)
    guard FileManager.default.fileExists(atPath: file) else { return false }
    try check(header(of: file), file)
    return true
  }

  public func place(of shard: Shard) -> String { "\(path)/\(shard.fileName)" }

  func write<Record: PartRecord>(
    _ part: RunPart<Record>, of shard: Shard, scheduler: String?
  ) throws {
    let header = PartHeader(key: plan.key, shard: shard, scheduler: scheduler)
    try SealedFile.write(PartFile(header: header, part: part), to: place(of: shard))
  }

  /// All parts as one, and what computed them.
  ///
  /// - Throws: `HarnessError.badResult` where parts are missing, damaged, of other plans, or do not make up the plan's images.
  func whole<Record: PartRecord>(
    _ type: Record.Type
  ) throws -> (RunPart<Record>, kernels: [String]) {
    var parts: [PartFile<Record>] = []
    for file in try files() {
      let part = try SealedFile.read(PartFile<Record>.self, from: file, name: Self.name)
      try check(part.header, file)
      try check(part.part, file)
      parts.append(part)
    }
    let kernels = parts.map(\.header.kernels).uniqued()
    return (try joined(parts.map(\.part)), kernels)
  }

  private static let name = "part of a comparison or an evaluation"

  private func header(of file: String) throws -> PartHeader {
    try SealedFile.read(PartFileHeader.self, from: file, name: Self.name).header
  }

  /// The files of parts, each once.
  private func files() throws -> [String] {
    try Shard.files(in: path) { try header(of: $0).shard.count }
  }

  private func check(_ header: PartHeader, _ file: String) throws(HarnessError) {
    guard header.key == plan.key else {
      throw .badResult(
        path: file, reason: "it is a part of another comparison, or of an earlier state of this one"
      )
    }
    guard URL(filePath: file).lastPathComponent == header.shard.fileName else {
      throw .badResult(
        path: file, reason: "it is \(header.shard.text), which its name does not say")
    }
  }

  /// That it has what the plan asks for.
  private func check<Record: PartRecord>(
    _ part: RunPart<Record>, _ file: String
  ) throws(HarnessError) {
    let columns = [part.images.paths.count, part.images.hashes.count, part.images.labels.count]
    let isWhole =
      columns.allSatisfy { $0 == part.images.count }
      && part.arms.map { $0.map(\.hardware) } == plan.hardware
      && part.arms.joined().allSatisfy { $0.answers.records.count == part.images.count }
    guard isWhole else {
      throw .badResult(
        path: file, reason: "it does not have an answer of every arm for every image")
    }
  }

  /// In the order of the data set, which no order of parts changes.
  private func joined<Record: PartRecord>(
    _ parts: [RunPart<Record>]
  ) throws(HarnessError) -> RunPart<Record> {
    var whole = RunPart<Record>(empty: plan)
    for part in parts { whole.append(part) }
    let order = whole.images.indices.indices.sorted {
      whole.images.indices[$0] < whole.images.indices[$1]
    }
    whole = whole.ordered(by: order)
    let count = plan.imageCount
    guard whole.images.indices == Array(0..<count) else {
      throw .badResult(
        path: path, reason: "its parts do not hold each of the \(count) images once")
    }
    guard whole.images.digest.text == plan.dataDigest ?? whole.images.digest.text else {
      throw .badResult(
        path: path, reason: "its parts are of other images or labels than the plan was made with")
    }
    return whole
  }
}

extension RunPart {
  fileprivate func ordered(by order: [Int]) -> RunPart {
    var copy = self
    copy.images = PartImages(
      indices: order.map { images.indices[$0] }, paths: order.map { images.paths[$0] },
      hashes: order.map { images.hashes[$0] }, labels: order.map { images.labels[$0] })
    copy.arms = arms.map { arm in
      arm.map { one in
        var one = one
        one.answers.records = order.map { one.answers.records[$0] }
        return one
      }
    }
    return copy
  }
}
