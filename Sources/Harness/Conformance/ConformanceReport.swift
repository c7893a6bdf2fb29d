/// The results of `check` for people and for scripts.
public struct ConformanceReport: Sendable {
  public let results: [ConformanceResult]

  public init(_ results: [ConformanceResult]) { self.results = results }

  public func count(_ status: ConformanceResult.Status) -> Int {
    results.count { $0.status == status }
  }

  /// Cases of a list that must pass and did not, or were not there.
  public func missing(from required: [String]) -> [String] {
    let passed = Set(results.filter { $0.status == .passed }.map(\.name))
    return required.filter { !passed.contains($0) }
  }

  public var text: String {
    let notable = results.filter { $0.status != .passed }.map { result in
      let lines = result.detail.split(separator: "\n").map(String.init)
      return "\(result.status.rawValue)  \(result.name): \(lines.joined(separator: " "))"
    }
    return
      (notable + [
        "\(count(.passed)) passed, \(count(.failed)) failed, \(count(.unsupported)) unsupported "
          + "of \(results.count) cases"
      ]).joined(separator: "\n")
  }

  public var json: JSONValue {
    .object([
      .init("cases", .int(results.count)), .init("passed", .int(count(.passed))),
      .init("failed", .int(count(.failed))), .init("unsupported", .int(count(.unsupported))),
      .init(
        "results",
        .array(
          results.map { result in
            .object([
              .init("name", .string(result.name)), .init("status", .string(result.status.rawValue)),
              .init("maxAbsError", result.maxAbsError.map(JSONValue.number) ?? .null),
              .init("detail", .string(result.detail)),
            ])
          })),
    ])
  }
}
