import ArgumentParser
import Harness

struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Joins the results of shards, each saved by evaluate --json.",
    discussion: "Example: calibrant merge part1.json part2.json --json all.json")

  @Argument(help: "Results of one model on disjoint images.") var parts: [String]
  @OptionGroup var result: ResultOptions

  func run() throws {
    try result.requireWritableOutput()
    let merged = try MergedEvaluation(parts: parts)
    try result.emit(text: merged.result.text, json: merged.result.json(records: merged.records))
  }
}
