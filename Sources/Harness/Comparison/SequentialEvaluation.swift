import Engine
import Quantization

/// All arms of a comparison on a growing number of images.
struct SequentialEvaluation {
  private struct Subject {
    let arm: Arm
    let model: LoadedModel
    let made: MadeArm?
    var records: [Hardware: [Record]] = [:]
    var warnings: [String] = []
    var layers: [LayerNoise] = []
  }

  private var subjects: [Subject]
  private var scores: [ScoreKey: Scores] = [:]
  private var clamped: [String: [LayerSaturation]] = [:]
  private let hardware: HardwareChoice?
  private let jobs: Int
  private let isQuiet: Bool
  private var layers: LayerNoiseRun

  /// Images of the data set that were read, unreadable ones included.
  private(set) var seen = 0
  private var facts: ImageFacts?

  private struct ScoreKey: Hashable {
    let sha256: String
    let hardware: Hardware
  }

  init(
    _ original: LoadedModel, _ arms: [MadeArm], hardware: HardwareChoice?, jobs: Int, isQuiet: Bool
  ) {
    let first = Subject(
      arm: Arm(
        name: "original", kind: .original, bytes: original.bytes, sha256: original.sha256),
      model: original, made: nil)
    subjects = [first] + arms.map { Subject(arm: $0.arm, model: $0.model, made: $0) }
    self.hardware = hardware
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
    var cache = ScoreCache()
    var fresh: [ScoreKey: Scores] = [:]
    for index in subjects.indices {
      let subject = subjects[index]
      for one in self.hardware(of: subject) {
        let title = "\(subject.arm.name), images \(seen + 1)–\(seen + count)"
        let (jobs, isQuiet) = (jobs, isQuiet)
        let scores = try cache.scores(of: subject.model, one) { program in
          try Evaluator(jobs: jobs, isQuiet: isQuiet, output: subject.model.scores)
            .scores(of: program, on: store, title: title)
        }
        fresh[ScoreKey(sha256: subject.model.sha256, hardware: one)] = scores
        let rankings = scores.rankings(limit: 5)
        subjects[index].records[one, default: []] += try rankings.records(of: store)
        if one == self.hardware(of: subject)[0] {
          subjects[index].warnings += try subject.model.nonFiniteNotes(
            rankings, on: store, isOriginal: subject.made == nil)
        }
      }
      if seen == 0, let made = subject.made {
        subjects[index].layers = try layers.measure(subject.model, madeFrom: made.float, on: store)
        if self.hardware(of: subject) != [.exact] {
          clamped[subject.model.sha256] = try cache.saturation(
            of: subject.model, on: store, jobs: jobs)
        }
      }
    }
    scores.merge(fresh) { $0.appending($1) }
    let new = ImageFacts(store)
    facts?.hashes += new.hashes
    facts?.labels += new.labels
    facts?.skipped += new.skipped
    if facts == nil { facts = new }
    seen += count
  }

  /// The original is float, and the same everywhere.
  private func hardware(of subject: Subject) -> [Hardware] {
    subject.made == nil ? [.exact] : subject.model.hardware(hardware)
  }

  func evaluations() throws(HarnessError) -> [ArmEvaluation] {
    let original = scores[ScoreKey(sha256: subjects[0].model.sha256, hardware: .exact)]
    var evaluations: [ArmEvaluation] = []
    for subject in subjects {
      let asked = hardware(of: subject)
      var measured: [HardwareRecords] = []
      for one in asked {
        let own = scores[ScoreKey(sha256: subject.model.sha256, hardware: one)]
        var distance: ScoreDistance?
        if subject.made != nil, let original, let own {
          distance = try ScoreDistance(original: original, other: own, of: subject.model)
        }
        measured.append(
          HardwareRecords(
            one, subject.records[one] ?? [], logitSQNR: distance?.sqnr,
            logitKL: distance?.divergence))
      }
      let own = scores[ScoreKey(sha256: subject.model.sha256, hardware: asked[0])]
      var result = ArmEvaluation(
        arm: subject.arm, answers: [],
        imagesPerSecond: own.map { Double($0.count) / $0.seconds } ?? 0,
        notes: subject.model.notes, layers: subject.layers
      ).led(by: measured[0])
      result.hardware = asked == [.exact] ? [] : measured
      result.saturation = clamped[subject.model.sha256] ?? subject.model.saturation
      if let made = subject.made { result.describe(made) }
      result.notes += subject.warnings
      evaluations.append(result)
    }
    return evaluations
  }
}

extension MeasuredArm {
  /// Adds what is known of the arm's file, whatever images it is measured on.
  mutating func describe(_ made: MadeArm) {
    quantizeSeconds = made.quantizeSeconds
    bitsPerWeight = made.quantized?.bitsPerWeight
    if arm.kind == .activationBased {
      tensorsWithoutObservations = made.quantized?.tensorsWithoutObservations.count ?? 0
    }
    notes = made.notes
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
