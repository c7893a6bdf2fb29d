import ArgumentParser
import Harness

struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Joins what shards saved: results of evaluate or compare, or statistics.",
    discussion: """
      Example: calibrant merge part1.json part2.json --json all.json

      All parts are of one kind: evaluate --json, compare's report.json, or the file of --statistics. Images and samples \
      must be in one part only.
      """)

  @Argument(help: "Parts of one model on disjoint images or samples.", completion: .file())
  var parts: [String]
  @OptionGroup var quiet: QuietFlag
  @OptionGroup var result: ResultOptions

  func run() throws {
    try result.requireWritable(apartFrom: parts)
    let merged = try MergedParts(parts)
    try result.emit(text: merged.text, json: merged.json())
    if merged.exitCode != 0 { throw ExitCode(merged.exitCode) }
  }
}
