import Foundation

/// Shards of one thing, joined: which thing is told by the keys of the first.
public enum MergedParts: Sendable {
  case evaluation(MergedEvaluation)
  case statistics(MergedStatistics)

  public init(_ paths: [String]) throws {
    precondition(!paths.isEmpty, "there is something to merge")
    struct Keys: Decodable {
      var tensors: Nothing?
      var arms: [Nothing]?
    }
    struct Nothing: Decodable {}
    let keys = try? JSONDecoder().decode(Keys.self, from: TextFile.bytes(of: paths[0]))
    if keys?.tensors != nil {
      self = .statistics(try MergedStatistics(parts: paths))
    } else if keys?.arms != nil {
      throw HarnessError.badResult(
        path: paths[0],
        reason:
          "it is a report; what can be joined to another one are the parts of compare --shard, by merge and their folder"
      )
    } else {
      self = .evaluation(try MergedEvaluation(parts: paths))
    }
  }

  /// The statistics whose parts a folder holds; nil where it holds none.
  public init?(statisticsIn folder: String) throws {
    guard let merged = try MergedStatistics(folder: folder) else { return nil }
    self = .statistics(merged)
  }

  /// For people.
  public var text: String {
    switch self {
    case .evaluation(let merged): merged.result.text
    case .statistics(let merged): merged.text
    }
  }

  /// What one run over everything would have saved.
  public func json() throws -> String {
    switch self {
    case .evaluation(let merged):
      merged.result.json(records: merged.records, hardware: merged.hardware)
    case .statistics(let merged): try merged.encoded()
    }
  }
}
