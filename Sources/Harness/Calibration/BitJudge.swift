import CalibrantEngine
import CalibrantONNXFormat
import CalibrantQuantization

/// What fewer bits cost a network, on calibration samples.
enum BitJudge {
  /// Class scores: their KL divergence, and whose class changes.
  case scores(Evaluator, all: Scored, fewer: Scored)
  /// Any other outputs: what is lost of each part of them (`NetworkLoss`).
  case outputs(NetworkJudge)

  /// Samples, and the float network's scores of them.
  struct Scored {
    let source: SomeSamples
    let original: Scores
  }

  struct Cost {
    let value: Double
    /// The share of samples whose class changes; nil where outputs are no class scores.
    let disagreement: Double?
  }

  /// Samples that a file is measured on, and fewer for the many that have one quantized layer.
  private static let samples = 256
  private static let samplesPerLayer = 64

  /// - Throws: `HarnessError.nothingObserved` where no output varies.
  init(
    _ job: QuantizationJob, _ scheme: SchemeName, on data: CalibrationData, _ evaluator: Evaluator
  ) throws {
    do {
      let program = try Program(job.model)
      func scored(_ count: Int) throws -> Scored {
        let source = SomeSamples(first: count, of: data.source)
        return Scored(source: source, original: try evaluator.scores(of: program, on: source))
      }
      self = .scores(
        evaluator, all: try scored(Self.samples), fewer: try scored(Self.samplesPerLayer))
    } catch HarnessError.notClassScores {
      let judge = try CalibrationWalk(jobs: evaluator.jobs).judge(of: job, scheme, on: data)
      guard let judge else {
        throw HarnessError.nothingObserved(
          reason: "no output varies, by which bits could be judged")
      }
      self = .outputs(judge)
    }
  }

  /// - Parameter isOneLayer: whether all but one layer are float, of which there are many to try.
  func cost(of model: Model, isOneLayer: Bool) throws -> Cost {
    switch self {
    case .outputs(let judge): return Cost(value: try judge.exactLoss(of: model), disagreement: nil)
    case .scores(let evaluator, let all, let fewer):
      let known = isOneLayer ? fewer : all
      let scores = try evaluator.scores(of: Program(model), on: known.source)
      let changed = (0..<scores.count).count {
        scores.top(1, of: $0).classes != known.original.top(1, of: $0).classes
      }
      return Cost(
        value: ScoreDistance(original: known.original, other: scores).divergence,
        disagreement: Double(changed) / Double(max(scores.count, 1)))
    }
  }
}

extension LoadedModel {
  /// Refuses a limit of changed classes where outputs are no class scores, as a run on one sample tells.
  func requireClasses(on data: CalibrationData) throws {
    guard scores.classes == nil else { return }
    do {
      _ = try Evaluator(jobs: 1, output: scores).scores(
        of: program(), on: SomeSamples(first: 1, of: data.source))
    } catch HarnessError.notClassScores {
      throw HarnessError.badOption(
        "--budget counts samples that change class, and this model's outputs are no class scores; "
          + "--target-bytes judges any outputs")
    }
  }
}
