import CalibrantEngine
import CalibrantONNXFormat

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
  /// The output to rank; nil ranks the first.
  public var output: ScoreOutput?

  public init(jobs: Int, isQuiet: Bool = true, output: ScoreOutput? = nil) {
    self.jobs = jobs
    self.isQuiet = isQuiet
    self.output = output
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
    let index = try position(in: program)
    try processInOrder(units: batching.unitCount, jobs: jobs) {
      let worker = SessionBox(program)
      return { unit in
        let outputs = try worker.session.run(batching.inputs(unit, from: source))
        return turn(try scores(in: outputs[index], samples: batching.samples(of: unit).count))
      }
    } consume: { unit, result in
      consume(result)
      progress.advance(to: batching.samples(of: unit).upperBound)
    }
    return (ContinuousClock.now - start).seconds
  }

  /// Which of the program's outputs is ranked.
  private func position(in program: Program) throws(HarnessError) -> Int {
    guard let output else { return 0 }
    guard let index = program.outputNames.firstIndex(of: output.name) else {
      throw .noSuchOutput(name: output.name, outputs: program.outputNames)
    }
    return index
  }

  /// An output as rows of class scores: N × classes, or with trailing axes of size 1; of a single sample also without N.
  private func scores(in given: Tensor, samples: Int) throws(HarnessError) -> Scores {
    let result =
      given.shape.rank == 1 && samples == 1
      ? given.reshaped(to: Shape([1] + given.shape.dims)) : given
    guard result.dtype == .float32, result.shape.rank >= 2, result.shape.count(2...) == 1,
      result.shape[0] >= samples
    else { throw .notClassScores(shape: "\(given.shape)") }
    let values = Array(result.array(of: Float.self).prefix(samples * result.shape[1]))
    let scores = output?.scores(values) ?? values
    return Scores(values: scores, classes: scores.count / max(samples, 1), seconds: 0)
  }
}
