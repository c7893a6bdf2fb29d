import ArgumentParser
import Foundation
import Harness

/// A comparison in phases, each of which starts from the files of the one before.
extension Compare {
  /// Makes the arms' files and the plan.
  func make() throws {
    guard let path = folder else { preconditionFailure("validated") }
    let folder = URL(filePath: path)
    try requireWritable(ReportFolder.files(in: path))
    _ = try OutputFolder(folder.appending(path: "models").path)
    var warnings = Warnings(quiet: run_.quiet)
    let subject = try subject(load(output: ranking.output), &warnings)
    let arms = try arms(subject, &warnings)
    var run = try comparisonRun(subject.given, in: folder)
    run.warnings = warnings.texts
    run.journal = try statistics.map { try openJournal(beside: $0, subject.model, run_) }
    let store = try images.store(
      subject.data.dataset, for: subject.model.input, subject.recipe, run_)
    let measure = try measure(subject, on: store)
    var plan = try run.make(subject.model, arms, images: store, measure)
    plan.arguments = Array(
      ReportedCommand.deciding(Array(CommandLine.arguments.dropFirst())).dropFirst())
    try plan.write(to: folder)
    run.journal?.remove()
    warnings.tellHeldBack()
    note("plan of \(plan.summary): \(path)/\(ComparisonPlan.fileName)", quiet: run_.quiet)
  }

  /// Scores a shard of the images.
  ///
  /// - Parameter from: where the plan is.
  func score(_ shard: Shard, _ scheduler: String?, _ from: String) throws {
    let path = folder ?? from
    let plan = try ComparisonPlan(in: from)
    let parts = PartFolder(path, plan)
    let source = scheduler.map { ", from \($0)" } ?? ""
    note("\(shard.text)\(source)", quiet: run_.quiet)
    if try parts.holds(shard) {
      return note("\(parts.place(of: shard)) is there already", quiet: run_.quiet)
    }
    _ = try OutputFolder(path)
    if path != from { try plan.write(to: URL(filePath: path)) }
    var warnings = Warnings(quiet: run_.quiet)
    let subject = try subject(load(output: ranking.output), &warnings)
    let run = try comparisonRun(subject.given, in: URL(filePath: from))
    var own = try ShardImages(
      shard, of: subject.data.dataset, plan, for: subject.model.input)
    own.scheduler = scheduler
    guard !own.indices.isEmpty else {
      return try run.score(own, plan, subject.model, nil, into: parts)
    }
    let store = try store(own.dataset, subject)
    if let measure = try measure(subject, on: store) {
      try run.score(own, plan, subject.model, store, into: parts, measuring: measure)
    } else {
      try run.score(own, plan, subject.model, store, into: parts)
    }
  }

  /// Joins all parts to the report that one machine would have written.
  ///
  /// - Parameter path: where the plan and the parts are.
  func join(_ path: String, to report: String?) throws -> Comparison {
    let plan = try ComparisonPlan(in: path)
    let parts = PartFolder(path, plan)
    var outcome: ComparisonRun.Outcome
    if plan.facts.task == .classification {
      // Pictures are the only thing that images are needed for.
      let samples = try? ImageDataset.loadUnlabelled(from: images.required()).samples
      outcome = try comparisonRun([], in: URL(filePath: path)).join(parts, samples)
    } else {
      outcome = try join(parts)
    }
    if noTiming { outcome = outcome.withoutTiming }
    if let report { try ReportFolder.write(outcome, to: OutputFolder(report).url) }
    try emit(outcome, report: report)
    return outcome.comparison
  }

  private func join(_ parts: PartFolder) throws -> ComparisonRun.Outcome {
    var warnings = Warnings(quiet: run_.quiet)
    let subject = try subject(load(output: ranking.output), &warnings)
    let run = try comparisonRun(subject.given, in: URL(filePath: parts.path))
    let store = try store(subject.data.dataset, subject)
    guard let measure = try measure(subject, on: store) else {
      preconditionFailure("the plan is of another task than classification")
    }
    return try run.join(parts, subject.model, store, measuring: measure)
  }
}
