import ArgumentParser
import CalibrantHarness

struct Quantize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Quantizes a model from its file alone (weight-based).",
    discussion: "Example: calibrant quantize model.onnx -o model_int8.onnx --bits 8")

  @Argument(help: "An ONNX file.", completion: .file()) var model: String
  @Option(name: [.short, .long], help: "The quantized file.", completion: .file()) var output:
    String
  @Option(
    help: "plain rounds to nearest; corrected also corrects biases for predicted inputs.",
    completion: .list(["plain", "corrected"]))
  var method = "plain"

  @OptionGroup(title: "Quantization") var scheme: SchemeFlags
  @OptionGroup(title: "Quantization") var flags: QuantizationFlags
  @OptionGroup(title: "Quantization") var encodings: EncodingOptions
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Run") var run_: RunOptions
  @OptionGroup(title: "Run") var result: ResultOptions

  private var correctsBiases: Bool { method == "corrected" && !flags.noBiasCorrection }

  func validate() throws {
    guard ["plain", "corrected"].contains(method) else {
      throw ValidationError(Choice.refusal("--method", method, among: ["plain", "corrected"]))
    }
    try flags.validate(for: [schemeName])
    try encodings.validate(flags)
  }

  private var schemeName: SchemeName { scheme.scheme(defaultActivations: "float") }

  func run() throws {
    try result.requireWritable([output] + encodings.files, apartFrom: [model])
    let loaded = try LoadedModel(model)
    var run = QuantizationRun(schemeName, run_.context())
    run.options = try flags.options(for: [schemeName])
    run.encodings = encodings.file
    run.correctsBiases = correctsBiases
    let summary = try run.run(
      loaded, preprocessing.preprocessing(for: try? loaded.input), to: output)
    try result.emit(text: summary.text, json: summary.json.text)
  }
}
