import ArgumentParser
import Foundation
import CalibrantHarness
import CalibrantQuantization

/// A comparison in phases, each of which starts from the files of the one before.
extension Compare {
  /// Makes the arms' files and the plan.
  func make() throws {
    guard let path = folder else { preconditionFailure("validated") }
    let folder = URL(filePath: path)
    try requireWritable(ReportFolder.files(in: path))
    _ = try OutputFolder(folder.appending(path: "models").path)
    let loaded = try load(output: ranking.output)
    if let arms {
      let patterns = arms.split(separator: ",").map { Glob(String($0)) }
      let made = try comparisonRun(in: folder).makeArms(patterns, loaded, recipe(for: loaded))
      return note("made \(made)", quiet: run_.quiet)
    }
    let plan = try comparisonRun(in: folder).makeOnly(
      loaded, recipe(for: loaded),
      arguments: ReportedCommand.planned(Invocation.arguments))
    note("plan of \(plan.summary): \(path)/\(ComparisonPlan.fileName)", quiet: run_.quiet)
  }

  /// Scores a shard of the images.
  ///
  /// - Parameter from: where the plan is.
  func score(_ shard: Shard, _ scheduler: String?, _ from: String) throws {
    let path = folder ?? from
    let plan = try ComparisonPlan(in: from)
    let parts = PartFolder(path, plan)
    note(shard.text(from: scheduler), quiet: run_.quiet)
    if try parts.holds(shard) {
      return note("\(parts.place(of: shard)) is there already", quiet: run_.quiet)
    }
    _ = try OutputFolder(path)
    if path != from { try plan.write(to: URL(filePath: path)) }
    let loaded = try load(output: ranking.output)
    try comparisonRun(in: URL(filePath: from)).score(
      shard, scheduler: scheduler, plan, loaded, recipe(for: loaded), into: parts)
  }

  /// Joins all parts to the report that one machine would have written.
  ///
  /// - Parameter path: where the plan and the parts are.
  func join(_ path: String, to report: String?) throws -> Comparison {
    let plan = try ComparisonPlan(in: path)
    let outcome = try comparisonRun(in: URL(filePath: path)).join(
      plan, PartFolder(path, plan), { try load(output: ranking.output) }, recipe(for:))
    if let report { try ReportFolder.write(outcome, to: OutputFolder(report).url) }
    try emit(outcome, report: report)
    return outcome.comparison
  }
}
