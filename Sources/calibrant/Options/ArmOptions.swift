import ArgumentParser
import CalibrantHarness
import CalibrantQuantization

/// The files that a comparison makes, and those that it is given.
struct ArmOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder of images, or arrays as --data has them; never the test images.",
      valueName: "dir|[input=]x.npy"),
    completion: .file())
  var calibration: [String] = []

  @Option(help: "Use this many calibration samples.") var calibrationLimit: Int?
  @Option(
    help: ArgumentHelp(
      "Write statistics after observing; read them instead where the file exists.",
      valueName: "file"), completion: .file())
  var statistics: String?

  @Option(help: "Comma-separated: w8, w4, w8a8, w4a8.") var schemes = "w8,w4,w8a8"

  @Option(
    help: "Comma-separated: \(StandardMethods.names.joined(separator: ", ")).",
    completion: .list(StandardMethods.names))
  var methods = "auto"

  @Option(
    help: ArgumentHelp(
      "Measure this file, made of the model by any tool, beside the others; may be repeated.",
      valueName: "name=file.onnx"), completion: .file())
  var also: [NamedFile] = []

  @Flag(help: "Add an arm per step of the activation-based recipe, without that step.")
  var ablation = false

  func parsedSchemes() throws -> [SchemeName] {
    let names = schemes.split(separator: ",").map(String.init)
    guard !names.isEmpty else { throw ValidationError("--schemes is empty") }
    return try names.map { name in
      do { return try SchemeName(name) } catch {
        let usual = ["w8", "w4", "w8a8", "w4a8"]
        throw ValidationError("\(error)" + NearestName.question(name, among: usual))
      }
    }
  }

  func parsedMethods() throws -> [any CalibrationMethod] {
    let names = methods.split(separator: ",").map(String.init)
    guard !names.isEmpty else { throw ValidationError("--methods is empty") }
    return try names.map { try calibrationMethod($0) }
  }
}
