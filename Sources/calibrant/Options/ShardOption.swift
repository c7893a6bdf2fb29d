import ArgumentParser
import Foundation
import CalibrantHarness

/// Which part of the images to take.
struct ShardOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Take one of N parts of the images; auto, or a variable's name, asks the scheduler's environment for the index.",
      valueName: "I/N|auto/N|auto/auto"))
  var shard: String?

  @Option(
    help: ArgumentHelp(
      "The first index of a Slurm or PBS array, which --shard auto/N asks for.", valueName: "0|1"))
  var shardBase: Int?

  func validate() throws {
    if let shardBase, ![0, 1].contains(shardBase) {
      throw ValidationError("--shard-base is 0 or 1")
    }
    if let shard, !isAsked, index == nil || count == nil {
      throw ValidationError("--shard '\(shard)' is not like 3/8, auto/8 or auto/auto")
    }
  }

  private var parts: [String] {
    shard?.split(separator: "/", omittingEmptySubsequences: false).map(String.init) ?? []
  }
  private var index: Int? { parts.count == 2 ? Int(parts[0]) : nil }
  private var count: Int? { parts.count == 2 ? Int(parts[1]) : nil }

  /// Whether the index is the environment's.
  private var isAsked: Bool {
    parts.count == 2 && index == nil && !parts[0].isEmpty && (count != nil || parts[1] == "auto")
  }

  /// The shard, and how its index was found out where it was not given.
  func resolved() throws -> (Shard, scheduler: String?)? {
    guard shard != nil else { return nil }
    guard isAsked else { return (try Self.shard(index ?? 0, count ?? 0), nil) }
    let found = try SchedulerIndex(
      in: ProcessInfo.processInfo.environment, base: shardBase,
      named: parts[0] == "auto" ? nil : parts[0])
    guard let count = count ?? found.count else {
      throw ValidationError(
        "\(found.text) does not tell how many parts there are: --shard auto/N does")
    }
    return (try Self.shard(found.index, count, found.text), found.text)
  }

  private static func shard(_ index: Int, _ count: Int, _ source: String? = nil) throws -> Shard {
    guard count >= 1, (1...count).contains(index) else {
      throw ValidationError(
        "\(source.map { "\($0): " } ?? "")there is no part \(index) of \(count)")
    }
    return Shard(index, of: count)
  }
}

extension Shard {
  /// Which part it is and, where that was not given, how it was found out.
  func text(from scheduler: String?) -> String {
    text + (scheduler.map { ", from \($0)" } ?? "")
  }
}
