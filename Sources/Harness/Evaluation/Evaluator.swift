import Engine
import ONNXFormat

/// A model's scores on a set of samples.
public struct Scores: Sendable {
  /// Row-major, `count × classes`.
  public let values: [Float]
  public let classes: Int
  /// Wall-clock seconds from the first sample to the last.
  public let seconds: Double

  public var count: Int { classes > 0 ? values.count / classes : 0 }

  public func row(_ index: Int) -> ArraySlice<Float> {
    values[index * classes..<(index + 1) * classes]
  }

  /// The classes of the `limit` highest scores of one sample.
  public func top(_ limit: Int, of index: Int) -> Ranking { Ranking(row(index), limit: limit) }

  /// The same of every sample.
  public func rankings(limit: Int) -> Rankings {
    Rankings(
      samples: (0..<count).map { top(limit, of: $0) }, classes: classes, seconds: seconds)
  }
}

/// Runs a model on every sample of a source.
public struct Evaluator: Sendable {
  public var jobs: Int
  public var isQuiet: Bool

  public init(jobs: Int, isQuiet: Bool = true) {
    self.jobs = jobs
    self.isQuiet = isQuiet
  }

  /// All scores of all samples, to compare them with another model's.
  public func scores(
    of program: Program, on source: some SampleSource, title: String = "evaluating"
  ) throws -> Scores {
    var values: [Float] = []
    var classes = 0
    let seconds = try run(program, on: source, title: title, turning: { $0 }) { rows in
      values += rows.values
      classes = rows.classes
    }
    return Scores(values: values, classes: classes, seconds: seconds)
  }

  /// The `limit` highest classes of all samples: memory hardly grows with their number.
  public func rankings(
    of program: Program, on source: some SampleSource, limit: Int, title: String = "evaluating"
  ) throws -> Rankings {
    var rankings = Rankings(samples: [], classes: 0, seconds: 0)
    rankings.seconds = try run(
      program, on: source, title: title, turning: { $0.rankings(limit: limit) }
    ) { unit in
      rankings.samples += unit.samples
      rankings.classes = unit.classes
    }
    return rankings
  }

  /// Runs all units, turns the scores of each into a result on its worker, and consumes the results in order.
  /// - Returns: wall-clock seconds from the first sample to the last.
  private func run<Result: Sendable>(
    _ program: Program, on source: some SampleSource, title: String,
    turning turn: @escaping @Sendable (Scores) -> Result, consume: (Result) -> Void
  ) throws -> Double {
    let batching = try Batching(source, for: program)
    let progress = Progress(title, total: source.count, isQuiet: isQuiet)
    let start = ContinuousClock.now
    try processInOrder(units: batching.unitCount, jobs: jobs) {
      let worker = SessionBox(program)
      return { unit in
        let outputs = try worker.session.run([batching.input(unit, from: source)])
        return turn(try Self.scores(in: outputs, samples: batching.samples(of: unit).count))
      }
    } consume: { unit, result in
      consume(result)
      progress.advance(to: batching.samples(of: unit).upperBound)
    }
    return (ContinuousClock.now - start).seconds
  }

  /// The first output as rows of class scores: N × classes, or with trailing axes of size 1; of a single sample also
  /// without N.
  private static func scores(
    in outputs: [Tensor], samples: Int
  ) throws(HarnessError) -> Scores {
    let first = outputs.first.map { output in
      output.shape.rank == 1 && samples == 1
        ? output.reshaped(to: Shape([1] + output.shape.dims)) : output
    }
    guard let output = first, output.dtype == .float32, output.shape.rank >= 2,
      output.shape.count(2...) == 1, output.shape[0] >= samples
    else { throw .notClassScores(shape: outputs.first.map { "\($0.shape)" } ?? "none") }
    let classes = output.shape[1]
    let values = Array(output.array(of: Float.self).prefix(samples * classes))
    return Scores(values: values, classes: classes, seconds: 0)
  }
}
