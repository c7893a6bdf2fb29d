import ArgumentParser
import CalibrantHarness

struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what a model holds and lists every node that cannot run.",
    discussion: "Example: calibrant info model.onnx")

  @Argument(help: "An ONNX file.", completion: .file()) var model: String
  @OptionGroup(title: "Run") var quiet: QuietFlag
  @OptionGroup(title: "Run") var result: ResultOptions

  func run() throws {
    try result.requireWritable(apartFrom: [model])
    let summary = try ModelSummary(model)
    try result.emit(text: summary.text, json: summary.json.text)
  }
}
