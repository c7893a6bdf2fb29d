import Foundation
import CalibrantONNXFormat
import CalibrantQuantization

/// The statistics of a whole calibration set from those of its shards: the same bytes as of one run over all.
public struct MergedStatistics: Sendable {
  public let file: StatisticsFile

  /// - Throws: `HarnessError.badResult` where parts are of other models, preprocessings or values, or the same part twice.
  public init(parts paths: [String]) throws {
    var merged: StatisticsFile?
    var owners: [String: String] = [:]
    let parts = try paths.map { (path: $0, part: try StatisticsFile.load(from: $0)) }
    // Of more shards than blocks of samples, some are empty.
    let whole = parts.filter { $0.part.source.sampleCount > 0 }
    for (path, part) in whole.isEmpty ? parts : whole {
      let digest = part.source.calibrationDigest
      if let owner = owners.updateValue(path, forKey: digest) {
        throw HarnessError.badResult(
          path: path, reason: "it is of the same samples as \(owner), which would count twice")
      }
      guard let known = merged else {
        merged = part
        continue
      }
      merged = try Self.joined(known, part, whole[0].path, path)
    }
    guard let merged else { preconditionFailure("there is something to merge") }
    file = merged
  }

  /// All parts in a folder, each once.
  ///
  /// - Returns: nil where the folder holds no parts, or others than of statistics.
  init?(folder: String) throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard let first = names.filter({ Shard(fileName: $0) != nil }).min(),
      (try? StatisticsFile.load(from: "\(folder)/\(first)")) != nil
    else { return nil }
    try self.init(
      parts: Shard.files(in: folder) {
        Shard(fileName: URL(filePath: $0).lastPathComponent)?.count ?? 1
      })
  }

  private static func joined(
    _ one: StatisticsFile, _ other: StatisticsFile, _ first: String, _ path: String
  ) throws(HarnessError) -> StatisticsFile {
    // Samples are what shards differ in.
    let differences = one.source.differences(from: other.source)
      .filter { !["calibration samples", "number of samples"].contains($0) }
    guard differences.isEmpty else {
      throw .badResult(
        path: path, reason: "it differs from \(first) in \(differences.joined(separator: ", "))")
    }
    guard Set(one.tensors.keys) == Set(other.tensors.keys) else {
      throw .badResult(path: path, reason: "it observes other values than \(first)")
    }
    guard var digest = DigestSum(one.source.calibrationDigest),
      let added = DigestSum(other.source.calibrationDigest)
    else { throw .badResult(path: path, reason: "the digest of its samples cannot be added up") }
    digest.add(added)
    var sum = one
    for (name, statistics) in other.tensors {
      guard sum.tensors[name]!.canMerge(statistics) else {
        throw .badResult(path: path, reason: "'\(name)' has other channels or detail in \(first)")
      }
      sum.tensors[name]!.merge(statistics)
    }
    sum.source.calibrationDigest = digest.text
    sum.source.sampleCount += other.source.sampleCount
    return sum
  }

  /// For people.
  public var text: String {
    "\(ReportText.count(file.tensors.count, "tensor")), "
      + "\(ReportText.count(file.source.sampleCount, "sample"))"
  }

  /// The statistics file.
  public func encoded() throws -> String { String(decoding: try file.encoded(), as: UTF8.self) }
}

extension TensorStatistics {
  fileprivate func canMerge(_ other: TensorStatistics) -> Bool {
    detail == other.detail && histogram.capacity == other.histogram.capacity
      && (channels.isEmpty || other.channels.isEmpty || channels.count == other.channels.count)
  }
}
