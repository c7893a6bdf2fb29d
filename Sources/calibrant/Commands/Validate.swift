import ArgumentParser
import Harness

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks a quantized file against its original: structure, parameters, numbers.",
    discussion: """
      Example: calibrant validate model.onnx model_int8.onnx --data calibration/

      Without --data both run on noise, which tells broken files from whole ones but not how much is lost.
      """)

  @Argument(help: "The original ONNX file.", completion: .file()) var original: String
  @Argument(help: "The quantized ONNX file.", completion: .file()) var quantized: String

  @Option(
    help: ArgumentHelp(
      "Compare outputs on these images or N×C×H×W samples.", valueName: "dir|x.npy"),
    completion: .file())
  var data: String?

  @OptionGroup var hardware: HardwareOption
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var run_: RunOptions
  @OptionGroup var result: ResultOptions

  func run() throws {
    try result.requireWritable(apartFrom: [original, quantized] + [data].compactMap(\.self))
    let check = try QuantizedModelCheck(
      original: original, quantized: quantized, samples: try samples(),
      hardware: hardware.hardware ?? .exact)
    try result.emit(text: check.text, json: check.json.text)
    if !check.passed { throw ExitCode(1) }
  }

  private func samples() throws -> CalibrationData? {
    guard let data else { return nil }
    let input = try LoadedModel(original).input
    return try loadCalibration(
      data, for: input, preprocessing.preprocessing(for: input), limit: 32, seed: 0, run_)
  }
}
