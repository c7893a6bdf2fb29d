/// What `bench` reports: every model's figures, and how they changed where there is a baseline.
public struct BenchmarkResult: Sendable {
  public let run: BenchmarkRun
  /// Empty without a baseline.
  public let changes: [NoiseGate.Change]
  /// Changes that a second set of repeats confirmed.
  public let regressions: [NoiseGate.Change]

  public init(
    _ run: BenchmarkRun, changes: [NoiseGate.Change] = [], regressions: [NoiseGate.Change] = []
  ) {
    self.run = run
    self.changes = changes
    self.regressions = regressions
  }

  /// The result for people.
  public var text: String {
    let head = [
      "threads \(run.threads)", run.cpu, ReportText.count(run.cores, "core"), run.kernels,
      run.arithmetic.map { "\($0.rawValue) arithmetic for quantized layers" },
    ].compactMap(\.self).joined(separator: ", ")
    let sections = [
      [head], speedTable, relativeTable, changes.isEmpty ? [] : changeTable + [conclusion],
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n")
  }

  private var speedTable: [String] {
    let head = [
      "model", "p50 ms", "p90 ms", "min ms", "images/s", "batch", "GFLOP/s", "peak", "load s",
    ]
    return Self.table(
      [head]
        + run.models.map { model in
          let latency = model.latencyMs
          return [
            model.name, ReportText.fixed(latency.p50, 2), ReportText.fixed(latency.p90, 2),
            ReportText.fixed(latency.min, 2), ReportText.fixed(model.imagesPerSecond, 1),
            "\(model.batch)", ReportText.fixed(model.gflops, 1),
            ReportText.bytes(model.peakMemoryBytes), ReportText.fixed(model.loadSeconds, 3),
          ]
        })
  }

  private var relativeTable: [String] {
    guard let reference = run.models.first, run.models.count > 1 else { return [] }
    return Self.table(
      [["beside \(reference.name)", "1/latency [95 %]", "images/s [95 %]"]]
        + run.relativeSpeeds.map { model, speed in
          [model, SpeedText.cell(speed.latency), SpeedText.cell(speed.throughput)]
        })
  }

  private var changeTable: [String] {
    let head = ["against the baseline", "figure", "change %", "interval %", ""]
    return Self.table(
      [head]
        + changes.map { change in
          [
            change.model, change.figure.rawValue, Self.percent(change.change),
            "[\(Self.percent(change.interval.lower)), \(Self.percent(change.interval.upper))]",
            regressions.contains { $0.model == change.model && $0.figure == change.figure }
              ? "WORSE" : "",
          ]
        })
  }

  private var conclusion: String {
    regressions.isEmpty
      ? "\nno figure is worse by more than the noise of both runs"
      : "\n\(ReportText.count(regressions.count, "figure")) worse by more than the noise of both runs"
  }

  private static func percent(_ change: Double) -> String {
    change.isFinite ? ReportText.fixed(100 * change, 1, isSigned: true) : "?"
  }

  private static func table(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }
      return cells.joined(separator: "  ")
    }
  }
}

extension BenchmarkResult {
  /// The result for scripts.
  public var json: JSONValue {
    .object([
      .init(
        "machine",
        .object([
          .init("cpu", .string(run.cpu)), .init("cores", .int(run.cores)),
          .init("blas", .string(run.blas)),
          .init("kernels", run.kernels.map(JSONValue.string) ?? .null),
          .init("threads", .int(run.threads)),
          .init("arithmetic", run.arithmetic.map { .string($0.rawValue) } ?? .null),
        ])),
      .init("models", .array(run.models.map(json))),
      .init("changes", .array(changes.map(json))),
      .init("regressions", .int(regressions.count)),
    ])
  }

  private func json(_ model: BenchmarkRun.Model) -> JSONValue {
    let latency = model.latencyMs
    let speed = run.relativeSpeeds.first { $0.model == model.name }?.speed
    return .object([
      .init("name", model.name), .init("sha256", model.sha256),
      .init(
        "latencyMs",
        .object([.init("p50", latency.p50), .init("p90", latency.p90), .init("min", latency.min)])),
      .init("imagesPerSecond", model.imagesPerSecond), .init("batch", model.batch),
      .init("gflops", model.gflops), .init("peakMemoryBytes", model.peakMemoryBytes),
      .init("loadSeconds", model.loadSeconds), .init("repeats", model.repeats.count),
      .init("speed", speed.map(Self.json) ?? .null),
    ])
  }

  private static func json(_ speed: RelativeSpeed) -> JSONValue {
    .object([
      .init("beside", speed.reference), .init("latency", speed.latency),
      .init("imagesPerSecond", speed.throughput),
    ])
  }

  private func json(_ change: NoiseGate.Change) -> JSONValue {
    .object([
      .init("model", change.model), .init("figure", change.figure.rawValue),
      .init("change", change.change), .init("interval", change.interval),
      .init(
        "regression",
        .bool(regressions.contains { $0.model == change.model && $0.figure == change.figure })),
    ])
  }
}
