import Engine
import Quantization

/// Evaluates one classifier after another on the same pixels.
struct ClassificationBench: ArmBench {
  let statistics = ClassificationStatistics()
  let images: ImageStore
  let jobs: Int
  let isQuiet: Bool
  var hardware: HardwareChoice?
  private var original: Scores?
  private var cache = ScoreCache()

  init(images: ImageStore, jobs: Int, isQuiet: Bool) {
    self.images = images
    self.jobs = jobs
    self.isQuiet = isQuiet
  }

  mutating func evaluateOriginal(_ model: LoadedModel) throws -> ArmEvaluation {
    let scores = try scores(of: model, .exact, title: "original")
    original = scores
    let arm = Arm(
      name: "original", kind: .original, bytes: model.bytes, sha256: model.sha256)
    let rankings = scores.rankings(limit: 5)
    return ArmEvaluation(
      arm: arm, answers: try rankings.records(of: images),
      imagesPerSecond: Double(scores.count) / scores.seconds,
      notes: try model.notes + model.nonFiniteNotes(rankings, on: images, isOriginal: true))
  }

  mutating func evaluate(
    _ made: MadeArm
  ) throws -> ArmEvaluation {
    let (model, arm) = (made.model, made.arm)
    let asked = model.hardware(hardware)
    var measured: [HardwareRecords] = []
    var notes = made.notes
    for one in asked {
      let scores = try scores(of: model, one, title: arm.name)
      let distance = try original.map { try ScoreDistance(original: $0, other: scores, of: model) }
      let rankings = scores.rankings(limit: 5)
      if measured.isEmpty { notes += try model.nonFiniteNotes(rankings, on: images) }
      measured.append(
        HardwareRecords(
          one, try rankings.records(of: images), logitSQNR: distance?.sqnr,
          logitKL: distance?.divergence))
    }
    let speed = try scores(of: model, asked[0], title: arm.name)
    var evaluation = ArmEvaluation(
      arm: arm, answers: [], imagesPerSecond: Double(speed.count) / speed.seconds
    )
    .led(by: measured[0])
    evaluation.describe(made)
    evaluation.notes = notes
    evaluation.hardware = asked == [.exact] ? [] : measured
    evaluation.saturation =
      asked == [.exact]
      ? model.saturation : try cache.saturation(of: model, on: images, jobs: jobs)
    return evaluation
  }

  func listing(_ comparison: Comparison, _ arms: [ArmEvaluation]) -> any AnswerListing {
    ClassListing(comparison, arms)
  }

  func warnings(of original: ArmEvaluation, _ model: LoadedModel) -> [String] {
    model.scores.classes.map { original.chanceWarnings(classes: $0) } ?? []
  }

  private mutating func scores(
    of model: LoadedModel, _ hardware: Hardware, title: String
  ) throws -> Scores {
    let (images, jobs, isQuiet) = (images, jobs, isQuiet)
    return try cache.scores(of: model, hardware) { program in
      let name = hardware == .exact ? title : "\(title), \(hardware.rawValue)"
      return try Evaluator(jobs: jobs, isQuiet: isQuiet, output: model.scores).scores(
        of: program, on: images, title: name)
    }
  }
}
