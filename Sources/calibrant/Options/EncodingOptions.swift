import ArgumentParser
import CalibrantHarness

/// Where scales and offsets go as AIMET and QNN read them.
struct EncodingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write scales and offsets as AIMET and QNN read them, and beside it the float network that they are of (FILE.float.onnx).",
      valueName: "file.json"), completion: .file())
  var encodings: String?

  @Option(
    help:
      "Layout of --encodings: \(EncodingsFile.Version.allCases.map(\.rawValue).joined(separator: " or ")) (default: 1.0.0).",
    completion: .list(EncodingsFile.Version.allCases.map(\.rawValue)))
  var encodingsVersion: String?

  var file: EncodingsFile? {
    encodings.map { EncodingsFile($0, version ?? .lists) }
  }

  /// What is written.
  var files: [String?] { [file?.path, file?.networkPath] }

  private var version: EncodingsFile.Version? {
    encodingsVersion.flatMap(EncodingsFile.Version.init)
  }

  func validate() throws {
    guard let encodingsVersion else { return }
    guard version != nil else {
      throw ValidationError("--encodings-version '\(encodingsVersion)' is neither 0.6.1 nor 1.0.0")
    }
    if encodings == nil {
      throw ValidationError("--encodings-version is the layout of --encodings, which is missing")
    }
  }

  func validate(_ flags: QuantizationFlags) throws {
    if flags.blockSize != nil, encodings != nil, version == .objects {
      throw ValidationError("--encodings-version 0.6.1 has no form for --block-size; 1.0.0 has")
    }
  }
}
