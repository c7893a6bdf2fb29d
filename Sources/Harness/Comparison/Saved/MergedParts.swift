import Foundation

/// Shards of one thing, joined: which thing is told by the keys of the first.
public enum MergedParts: Sendable {
  case evaluation(MergedEvaluation)
  case comparison(MergedComparison)
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
      self = .comparison(try MergedComparison(parts: paths))
    } else {
      self = .evaluation(try MergedEvaluation(parts: paths))
    }
  }

  /// For people.
  public var text: String {
    switch self {
    case .evaluation(let merged): merged.result.text
    case .comparison(let merged):
      TerminalReport().render(merged.comparison, evaluations: merged.evaluations)
    case .statistics(let merged): merged.text
    }
  }

  /// What one run over everything would have saved.
  public func json() throws -> String {
    switch self {
    case .evaluation(let merged):
      merged.result.json(records: merged.records, hardware: merged.hardware)
    case .comparison(let merged):
      JSONReport().render(merged.comparison, evaluations: merged.evaluations)
    case .statistics(let merged): try merged.encoded()
    }
  }

  /// Of the joined verdict; 0 where there is none.
  public var exitCode: Int32 {
    if case .comparison(let merged) = self { merged.comparison.exitCode } else { 0 }
  }
}
