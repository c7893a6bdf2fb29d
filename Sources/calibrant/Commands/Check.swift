import ArgumentParser
import CalibrantEngine
import Foundation
import CalibrantHarness

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs cases in ONNX's test layout and compares outputs.",
    discussion: """
      Example: calibrant check cases/ --must-pass Tests/EngineTests/conformance.txt

      A case is a folder with model.onnx and test_data_set_0/{input,output}_0.pb; scripts/onnx_cases.py writes those
      of the onnx package. Exit code 1 when a case fails, or one of --must-pass does not pass. A refusal is no failure.
      """)

  @Argument(help: "Folders that are cases or hold some.", completion: .file()) var path: [String]

  @Option(help: "Allowed difference relative to the expected value.") var rtol = 1e-3
  @Option(help: "Allowed absolute difference.") var atol = 1e-7
  @Option(
    help: ArgumentHelp("A list of cases, one a line, that must pass.", valueName: "file"),
    completion: .file())
  var mustPass: String?
  @Option(
    help: ArgumentHelp(
      "How quantized layers are computed, which rounds some codes differently than float.",
      valueName: "float|integer"))
  var arithmetic = Arithmetic.float

  @OptionGroup(title: "Run") var quiet: QuietFlag
  @OptionGroup(title: "Run") var result: ResultOptions

  func run() throws {
    try result.requireWritable(apartFrom: path + [mustPass])
    let required = try mustPass.map { try ConformanceCase.names(listedIn: $0) } ?? []
    let run = ConformanceRun(relative: rtol, absolute: atol, arithmetic: arithmetic)
    let report = ConformanceReport(try ConformanceCase.find(in: path).map(run.run))
    try result.emit(text: report.text, json: report.json.text)
    let missing = report.missing(from: required)
    for name in missing {
      note("must pass and does not: \(name)", quiet: false)
    }
    if report.count(.failed) > 0 || !missing.isEmpty { throw ExitCode(1) }
  }
}
