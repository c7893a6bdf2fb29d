import CalibrantEngine
import Foundation
import CalibrantONNXFormat

/// A benchmark run on disk, repeats and all: a later run needs to know how noisy this one was.
public struct Baseline: Sendable, Codable, Hashable {
  public static let currentSchemaVersion = 1

  public private(set) var schemaVersion = Self.currentSchemaVersion
  public var run: BenchmarkRun

  public init(_ run: BenchmarkRun) { self.run = run }

  /// Writes the file; it appears complete or not at all.
  public func save(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(encoder.encode(self) + Data("\n".utf8), to: path)
  }

  /// - Throws: `HarnessError.badBaseline` where the file holds no benchmark run of this version.
  public init(contentsOf path: String) throws {
    struct Header: Decodable { var schemaVersion: Int }
    let data = try TextFile.bytes(of: path)
    let decoder = JSONDecoder()
    guard let version = try? decoder.decode(Header.self, from: data).schemaVersion else {
      throw HarnessError.badBaseline(path: path, reason: "it is no benchmark baseline")
    }
    guard version == Self.currentSchemaVersion else {
      throw HarnessError.badBaseline(
        path: path,
        reason: "it has version \(version), this program reads \(Self.currentSchemaVersion)")
    }
    do {
      self = try decoder.decode(Baseline.self, from: data)
    } catch {
      throw HarnessError.badBaseline(path: path, reason: "it is incomplete: \(error)")
    }
    guard run.models.allSatisfy({ !$0.repeats.isEmpty }) else {
      throw HarnessError.badBaseline(path: path, reason: "a model in it has no repeats")
    }
    guard run.models.allSatisfy(\.isPlausible) else {
      throw HarnessError.badBaseline(path: path, reason: "a model in it has figures that cannot be")
    }
  }

  /// Refuses a comparison that would say nothing: other hardware, other threads, or a model it does not hold.
  public func requireComparable(
    to names: [String], threads: Int, arithmetic: Arithmetic = .integer, path: String,
    cpu: String = MachineFacts.cpu, cores: Int = MachineFacts.cores,
    kernels: String = MachineFacts.kernels
  ) throws(HarnessError) {
    var differences: [String] = []
    if run.cpu != cpu { differences.append("processor \(run.cpu), here \(cpu)") }
    if run.cores != cores { differences.append("\(run.cores) cores, here \(cores)") }
    if let own = run.kernels, own != kernels {
      differences.append("kernels \(own), here \(kernels)")
    }
    if run.threads != threads { differences.append("\(run.threads) threads, now \(threads)") }
    if let own = run.arithmetic, own != arithmetic {
      differences.append("arithmetic \(own.rawValue), now \(arithmetic.rawValue)")
    }
    differences += names.filter { run[$0] == nil }.map { "no model \($0)" }
    guard differences.isEmpty else {
      throw .badBaseline(path: path, reason: "it has " + differences.joined(separator: "; "))
    }
  }
}

extension BenchmarkRun.Model {
  /// Comparing takes time in proportion to the repeats of both runs.
  private static let mostRepeats = 1_000

  fileprivate var isPlausible: Bool {
    (0..<1 << 60).contains(multiplyAccumulates) && repeats.count <= Self.mostRepeats
      && repeats.allSatisfy { (0..<1 << 60).contains($0.peakMemoryBytes) }
  }
}
