import CalibrantEngine
import CalibrantONNXFormat

/// What each algorithm costs for each convolution of some models: where the engine's choice by shape is wrong, it can be
/// improved. Runs never depend on such timings, or two of them would differ in their last bits.
public struct AlgorithmTable: Sendable {
  private let models: [(path: String, timings: [ConvolutionTiming])]

  /// - Throws: `HarnessError.notBenchable` where an input dimension other than the batch is open.
  public init(_ paths: [String], batch: Int) throws {
    models = try paths.map { path in
      let program = try Program(Model(contentsOf: path))
      let input = try BenchmarkInput(of: program)
      return (path, try program.timeConvolutions(input.types(batch: input.fixedBatch ?? batch)))
    }
  }

  public var text: String {
    models.map { path, timings in
      (["\(path)"] + timings.map(Self.line)).joined(separator: "\n")
    }.joined(separator: "\n\n") + "\n"
  }

  /// A shape, then milliseconds and GFLOP/s of each algorithm; `*` marks the one that runs take.
  private static func line(_ timing: ConvolutionTiming) -> String {
    let candidates = timing.seconds.map { algorithm, seconds in
      let rate = 2e-9 * Double(timing.multiplyAccumulates) / seconds
      return "\(algorithm)\(algorithm == timing.chosen ? "*" : "") "
        + "\(ReportText.fixed(1000 * seconds, 3)) ms \(ReportText.fixed(rate, 0)) GFLOP/s"
    }
    let advice = timing.chosen == timing.fastest ? "" : "  <- \(timing.fastest) is faster"
    return "  \(timing.shape) (\(timing.nodes)): \(candidates.joined(separator: ", "))\(advice)"
  }

  public var json: JSONValue {
    .array(
      models.map { path, timings in
        .object([
          .init("model", .string(path)), .init("convolutions", .array(timings.map(Self.json))),
        ])
      })
  }

  private static func json(_ timing: ConvolutionTiming) -> JSONValue {
    .object([
      .init("node", .string(timing.node)), .init("shape", .string(timing.shape)),
      .init("nodes", .int(timing.nodes)), .init("chosen", .string(timing.chosen)),
      .init("fastest", .string(timing.fastest)),
      .init("seconds", .object(timing.seconds.map { .init($0.algorithm, .number($0.median)) })),
    ])
  }
}
