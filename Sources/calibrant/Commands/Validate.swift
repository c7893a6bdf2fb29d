import ArgumentParser
import Harness

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks a quantized file against its original: structure, parameters, numbers.",
    discussion: "Example: calibrant validate model.onnx model_int8.onnx")

  @Argument(help: "The original ONNX file.") var original: String
  @Argument(help: "The quantized ONNX file.") var quantized: String
  @OptionGroup var quiet: QuietFlag
  @OptionGroup var result: ResultOptions

  func run() throws {
    try result.requireWritable(apartFrom: [original, quantized])
    let check = try QuantizedModelCheck(original: original, quantized: quantized)
    try result.emit(text: check.text, json: check.json.text)
    if !check.passed { throw ExitCode(1) }
  }
}
