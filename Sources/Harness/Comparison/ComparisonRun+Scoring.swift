import CalibrantEngine
import Foundation
import CalibrantTasks

extension ComparisonRun {
  /// The second phase, of classification: what every arm of a plan answers on some images.
  ///
  /// - Parameters:
  ///   - indices: the position of each image in the data set; nil where they are all of it.
  ///   - look: which images these are, for progress.
  ///   - isShard: whether other images are scored elsewhere, which may be fit to compare on where none of these are.
  func score(
    _ plan: ComparisonPlan, _ original: LoadedModel, images: any MeasuredSamples,
    at indices: [Int]? = nil, look: String? = nil, isShard: Bool = false,
    journal: PartJournal<Ranking>? = nil
  ) throws -> RunPart<Ranking> {
    let places = indices ?? Array(0..<images.count)
    let bench = ClassificationBench(images: images, at: places, jobs: jobs, isQuiet: isQuiet)
    return try score(plan, original, on: bench, places, journal, look: look) { first in
      guard !isShard, first.records.allSatisfy(\.isEmpty) else { return }
      try original.requireFinite(on: images)
    }
  }

  /// The same of any task.
  func score<Task: MeasuredTask>(
    _ plan: ComparisonPlan, _ original: LoadedModel, images: any MeasuredSamples,
    at indices: [Int]? = nil, measuring task: Task, journal: PartJournal<Task.Record>? = nil
  ) throws -> RunPart<Task.Record> {
    guard let compared = plan.outputs else { preconditionFailure("the plan is of the task") }
    let bench = TaskBench(images: images, task: task, compared, jobs: jobs, isQuiet: isQuiet)
    return try score(plan, original, on: bench, indices ?? Array(0..<images.count), journal)
  }

  private func score<Bench: ArmBench>(
    _ plan: ComparisonPlan, _ original: LoadedModel, on bench: Bench, _ indices: [Int],
    _ journal: PartJournal<Bench.Record>?, look: String? = nil,
    check: (AnswerPart<Bench.Record>) throws -> Void = { _ in }
  ) throws -> RunPart<Bench.Record> {
    try ProgressSteps.run("arm", count: plan.arms.count) { next in
      try score(plan, original, on: bench, indices, journal, look: look, check: check, next)
    }
  }

  /// - Parameter next: is called before each arm.
  private func score<Bench: ArmBench>(
    _ plan: ComparisonPlan, _ original: LoadedModel, on bench: Bench, _ indices: [Int],
    _ journal: PartJournal<Bench.Record>?, look: String?,
    check: (AnswerPart<Bench.Record>) throws -> Void, _ next: () -> Void
  ) throws -> RunPart<Bench.Record> {
    var bench = bench
    let end = look.map { ", \($0)" } ?? ""
    next()
    let first = try bench.answers(ofOriginal: original, title: "original\(end)")
    try check(first)
    var arms = [[RunPart<Bench.Record>.OnHardware(hardware: .exact, answers: first)]]
    var known: [AnswerKey: AnswerPart<Bench.Record>] = [:]
    for (place, planned) in plan.arms.enumerated().dropFirst() {
      try Interruption.check()
      next()
      var loaded: LoadedModel?
      arms.append(
        try planned.hardware.map { hardware in
          let key = AnswerKey(planned, hardware)
          let name =
            hardware == .exact ? planned.arm.name : "\(planned.arm.name), \(hardware.rawValue)"
          let answers: AnswerPart<Bench.Record>
          if let earlier = known[key] ?? journal?[key.text] {
            answers = earlier
          } else {
            let model = try loaded ?? model(plan, place, original)
            loaded = model
            answers = try bench.answers(of: model, key.hardware, title: name + end)
          }
          if known.updateValue(answers, forKey: key) == nil {
            try journal?.add(answers, for: key.text)
          }
          return RunPart.OnHardware(hardware: hardware, answers: answers)
        })
    }
    var part = RunPart(images: PartImages(bench.images, at: indices), arms: arms)
    part.skipped = bench.images.skipped.map(\.path)
    return part
  }

  /// An arm's file as a user would load it.
  ///
  /// - Throws: `HarnessError.badResult` where it is no longer the one that was planned.
  func model(
    _ plan: ComparisonPlan, _ place: Int, _ original: LoadedModel
  ) throws -> LoadedModel {
    guard place > 0 else { return original }
    let arm = plan.arms[place].arm
    let model: LoadedModel
    if let file = arm.file {
      model = try LoadedModel(
        folder.appending(path: file).path, output: original.scores.name,
        arithmetic: original.arithmetic, layout: original.layout,
        saturation: plan.arms[place].saturation)
    } else if let own = given.first(where: { $0.name == arm.name }) {
      model = own.model
    } else {
      throw HarnessError.badResult(
        path: arm.name, reason: "the plan does not say where its file is")
    }
    guard model.sha256 == arm.sha256 else {
      throw HarnessError.badResult(
        path: model.path, reason: "it is another file than when the plan was made")
    }
    return model
  }
}

/// Equal files are run once, and files that no hardware clamps on one only.
private struct AnswerKey: Hashable {
  let sha256: String?
  let hardware: Hardware

  init(_ planned: ComparisonPlan.PlannedArm, _ hardware: Hardware) {
    sha256 = planned.arm.sha256
    self.hardware = planned.saturation.isEmpty ? .exact : hardware
  }

  var text: String { "\(sha256 ?? "") \(hardware.rawValue)" }
}

extension LoadedModel {
  /// - Throws: `HarnessError.nonFiniteValues` where values inside the network are not finite on any of the images.
  fileprivate func requireFinite(on images: any MeasuredSamples) throws {
    if let origin = try NonFiniteOrigin.find(in: model, on: images, among: 0..<images.count) {
      throw HarnessError.nonFiniteValues(origin)
    }
  }
}
