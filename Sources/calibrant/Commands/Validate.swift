import ArgumentParser
import CalibrantHarness

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
    name: SampleNames.specification,
    help: ArgumentHelp(
      "Compare outputs on these: a folder of images, or samples: a .npy array, or one per input of the model, or all of them in one .npz.",
      valueName: "dir|[input=]x.npy"),
    completion: .file())
  var data: [String] = []

  @OptionGroup(title: "Arithmetic") var hardware: HardwareOption
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Preprocessing") var layout: LayoutOption
  @OptionGroup(title: "Run") var run_: RunOptions
  @OptionGroup(title: "Run") var result: ResultOptions

  func validate() throws {
    let files = try SampleFiles.parsed(data)
    if files.areArrays { try preprocessing.requireNoEffect(on: files.paths[0]) }
  }

  func run() throws {
    try result.requireWritable(
      apartFrom: [original, quantized] + SampleFiles.parsed(data).paths)
    let check = try QuantizedModelCheck(
      original: original, quantized: quantized, samples: try samples(),
      hardware: hardware.hardware ?? .exact, layout: layout.layout)
    try result.emit(text: check.text, json: check.json.text)
    if !check.passed { throw ExitCode(1) }
  }

  private func samples() throws -> CalibrationData? {
    guard !data.isEmpty else { return nil }
    let model = try LoadedModel(original, layout: layout.layout)
    var samples = CalibrationSamples(try SampleFiles.parsed(data))
    samples.limit = 32
    return try samples.load(
      for: model, preprocessing.preprocessing(for: model, areArrays: samples.files.areArrays),
      run_.context())
  }
}
