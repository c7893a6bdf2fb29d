import Quantization

/// All arms of a comparison on a growing number of images.
struct SequentialEvaluation {
  private struct Subject {
    let arm: Arm
    let model: LoadedModel
    let made: MadeArm?
    var records: [Record] = []
    var warnings: [String] = []
    var layers: [LayerNoise] = []
  }

  private var subjects: [Subject]
  /// By the content of the model file: equal files are run once.
  private var scores: [String: Scores] = [:]
  private let jobs: Int
  private let isQuiet: Bool
  private var layers: LayerNoiseRun

  /// Images of the data set that were read, unreadable ones included.
  private(set) var seen = 0
  private var facts: ImageFacts?

  init(_ original: LoadedModel, _ arms: [MadeArm], jobs: Int, isQuiet: Bool) {
    let first = Subject(
      arm: Arm(name: "original", kind: .original, bytes: original.bytes), model: original, made: nil
    )
    subjects = [first] + arms.map { Subject(arm: $0.arm, model: $0.model, made: $0) }
    self.jobs = jobs
    self.isQuiet = isQuiet
    layers = LayerNoiseRun(jobs: jobs)
  }

  /// How many images to read before looking again. Looking is free of statistical cost, so this only
  /// keeps the work in sensible pieces.
  var nextLook: Int { max(100, seen / 4) }

  /// What was read so far; there must have been a look.
  var images: ImageFacts {
    guard let facts else { preconditionFailure("no images were read yet") }
    return facts
  }

  /// Evaluates every arm on the next images.
  ///
  /// - Parameter count: how many entries of the data set `store` was made from.
  mutating func add(_ store: ImageStore, read count: Int) throws {
    var fresh: [String: Scores] = [:]
    for index in subjects.indices {
      let model = subjects[index].model
      if fresh[model.sha256] == nil {
        let title = "\(subjects[index].arm.name), images \(seen + 1)–\(seen + count)"
        fresh[model.sha256] = try Evaluator(jobs: jobs, isQuiet: isQuiet)
          .scores(of: model.program(), on: store, title: title)
      }
      if let rankings = fresh[model.sha256]?.rankings(limit: 5) {
        subjects[index].records += try rankings.records(of: store)
        let isOriginal = subjects[index].made == nil
        subjects[index].warnings += try model.nonFiniteNotes(
          rankings, on: store, isOriginal: isOriginal)
      }
      if seen == 0, let made = subjects[index].made {
        subjects[index].layers = try layers.measure(model, madeFrom: made.float, on: store)
      }
    }
    scores.merge(fresh) { $0.appending($1) }
    let new = ImageFacts(store)
    facts?.hashes += new.hashes
    facts?.skipped += new.skipped
    if facts == nil { facts = new }
    seen += count
  }

  var evaluations: [ArmEvaluation] {
    let original = scores[subjects[0].model.sha256]
    return subjects.map { subject in
      let own = scores[subject.model.sha256]
      let speed = own.map { Double($0.count) / $0.seconds } ?? 0
      var result = ArmEvaluation(
        arm: subject.arm, records: subject.records, imagesPerSecond: speed,
        notes: subject.model.notes, layers: subject.layers)
      if let made = subject.made, let original, let own {
        let distance = ScoreDistance(original: original, other: own)
        result.logitSQNR = distance.sqnr
        result.logitKL = distance.divergence
        result.describe(made.quantized, seconds: made.quantizeSeconds)
      }
      result.notes += subject.warnings
      return result
    }
  }
}

extension ArmEvaluation {
  /// Adds what is known of the arm's file, whatever images it is measured on.
  mutating func describe(_ quantized: QuantizedModel, seconds: Double) {
    quantizeSeconds = seconds
    bitsPerWeight = quantized.bitsPerWeight
    if arm.kind == .activationBased {
      tensorsWithoutObservations = quantized.tensorsWithoutObservations.count
    }
    notes = quantized.notes
  }
}

extension Scores {
  /// These samples' scores followed by those of more samples.
  func appending(_ other: Scores) -> Scores {
    precondition(classes == other.classes, "one model has one number of classes")
    return Scores(
      values: values + other.values, classes: classes, seconds: seconds + other.seconds)
  }
}
