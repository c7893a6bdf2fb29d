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

  /// The classes of the highest scores, highest first, ties to the lower class; and the lead of the first.
  public func top(_ limit: Int, of index: Int) -> (classes: [Int], margin: Float) {
    let row = row(index)
    let order = row.indices.sorted { row[$0] == row[$1] ? $0 < $1 : row[$0] > row[$1] }
    let margin = order.count > 1 ? row[order[0]] - row[order[1]] : 0
    return (order.prefix(limit).map { $0 - row.startIndex }, margin)
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

  public func scores(
    of program: Program, on source: some SampleSource, title: String = "evaluating"
  ) throws -> Scores {
    let input = try ImageInput(of: program)
    let batching = Batching(source, fixedBatch: input.fixedBatch)
    let progress = Progress(title, total: source.count, isQuiet: isQuiet)
    let start = ContinuousClock.now
    var values: [Float] = []
    var classes = 0
    try processInOrder(units: batching.unitCount, jobs: jobs) {
      let worker = SessionBox(program)
      return { unit in
        let outputs = try worker.session.run([batching.input(unit, from: source)])
        return try Self.rows(of: outputs, samples: batching.samples(of: unit).count)
      }
    } consume: { unit, rows in
      classes = rows.classes
      values += rows.values
      progress.advance(to: batching.samples(of: unit).upperBound)
    }
    return Scores(values: values, classes: classes, seconds: (ContinuousClock.now - start).seconds)
  }

  /// The first output as rows of class scores: N × classes, or with trailing axes of size 1.
  private static func rows(
    of outputs: [Tensor], samples: Int
  ) throws(HarnessError) -> (values: [Float], classes: Int) {
    guard let output = outputs.first, output.dtype == .float32, output.shape.rank >= 2,
      output.shape.count(2...) == 1, output.shape[0] >= samples
    else { throw .notClassScores(shape: outputs.first.map { "\($0.shape)" } ?? "none") }
    let classes = output.shape[1]
    return (Array(output.array(of: Float.self).prefix(samples * classes)), classes)
  }
}
