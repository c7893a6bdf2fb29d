import ArgumentParser
import Foundation
import CalibrantHarness

extension DemoBundle: ExpressibleByArgument {}

struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The main job on a bundled model and images that this command makes.",
    discussion: """
      Example: calibrant demo -o calibrant-demo
               calibrant demo --task detection -o calibrant-detection
      """)

  @Option(help: ArgumentHelp("What the bundled model does.", valueName: "task"))
  var task = DemoBundle.classification

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Folder for images, model and report.", valueName: "dir"),
    completion: .directory)
  var output = "calibrant-demo"

  @OptionGroup(title: "Run") var run_: RunOptions
  @OptionGroup(title: "Run") var result: ResultOptions

  func run() throws {
    try result.requireWritable(apartFrom: [])
    let folder = try OutputFolder(output).url
    note("writing images and model to \(output)", quiet: run_.quiet)
    try task.write(to: folder)
    let arguments = task.compareArguments(in: output) + passedOn
    guard let compare = try Calibrant.parseAsRoot(arguments) as? Compare else {
      preconditionFailure("the demo's arguments are those of compare")
    }
    // Standard output belongs to the JSON where that is asked for.
    let isText = result.json != "-"
    if isText { result.printText("calibrant " + arguments.joined(separator: " ") + "\n") }
    try compare.run()
    if isText { result.printText("\nHTML report: \(output)/report/report.html") }
  }

  private var passedOn: [String] {
    (run_.jobs.map { ["--jobs", "\($0)"] } ?? []) + (run_.quiet ? ["--quiet"] : [])
      + (result.json.map { ["--json", $0] } ?? [])
      + (result.general.color == .auto ? [] : ["--color", result.general.color.rawValue])
  }
}
