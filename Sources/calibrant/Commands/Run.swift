import ArgumentParser
import CalibrantEngine
import Foundation
import CalibrantHarness
import CalibrantONNXFormat

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a model on arrays and writes its outputs as .npy files.",
    discussion:
      "Example: calibrant run model.onnx --input data=x.npy --output-dir out/ --tap conv1_out")

  @Argument(help: "An ONNX file.", completion: .file()) var model: String

  @Option(help: ArgumentHelp("An input (repeatable).", valueName: "name=x.npy")) var input:
    [String] = []

  @Option(help: "Folder for the outputs.", completion: .directory) var outputDir = "."

  @Option(help: "Also write this intermediate value (repeatable).") var tap: [String] = []

  @Flag(
    help: "Run the graph as written, without rewrites; what --arithmetic says holds all the same.")
  var noOptimize = false

  @OptionGroup(title: "Arithmetic") var hardware: HardwareOption
  @OptionGroup(title: "Arithmetic") var arithmetic: ArithmeticOption
  @OptionGroup(title: "Run") var quiet: QuietFlag
  @OptionGroup(title: "Run") var result: ResultOptions

  func run() throws {
    let choice = hardware.hardware ?? .exact
    let loaded = try Model(contentsOf: model)
    let programs = try choice.all.map {
      try Program(
        loaded, observing: tap, optimizing: !noOptimize, hardware: $0,
        arithmetic: arithmetic.arithmetic)
    }
    let program = programs[0]
    for text in program.notes { note("note: \(text)", quiet: quiet.quiet) }
    let files = try inputFiles(of: program)
    let folder = try OutputFolder(outputDir)
    defer { folder.removeIfEmpty() }
    // Of two runs, the names of the second tell whose values they are.
    let names = choice.all.indices.flatMap { run in
      (program.outputNames + tap).map { run == 0 ? $0 : "\($0).\(choice.all[run].rawValue)" }
    }
    let paths = Dictionary(
      names.map { ($0, folder.url.appending(path: Self.fileName($0)).path) },
      uniquingKeysWith: { first, _ in first })
    try result.requireWritable(paths.values.sorted(), apartFrom: [model] + files)
    let values = try programs.flatMap { try self.values(of: $0, files) }
    var lines: [String] = []
    for (name, tensor) in zip(names, values) {
      try AtomicFile.write(NPYWriter.data(tensor), to: paths[name]!)
      lines.append("\(name)  \(tensor.type)  \(paths[name]!)")
    }
    try result.emit(
      text: lines.joined(separator: "\n"), json: document(zip(names, values)).text)
  }

  /// The outputs, then what is tapped.
  private func values(of program: Program, _ files: [String]) throws -> [Tensor] {
    let inputs = try files.map { try NPYArray(contentsOf: $0).tensor() }
    var session = Session(program)
    var tapped: [Int: Tensor] = [:]
    let outputs = try session.run(inputs) { index, view in tapped[index] = view.copied() }
    return outputs + tap.indices.compactMap { tapped[$0] }
  }

  private func document(_ values: some Sequence<(String, Tensor)>) -> JSONValue {
    let values = values.map { name, tensor in
      JSONValue.object([
        .init("name", .string(name)), .init("type", .string("\(tensor.dtype)")),
        .init("shape", .array(tensor.shape.dims.map(JSONValue.int))),
        .init("file", .string(Self.fileName(name))),
      ])
    }
    return .object([
      .init("values", .array(values)), .init("arithmetic", .string(arithmetic.arithmetic.rawValue)),
    ])
  }

  /// The files to read, in the order of the model's inputs.
  private func inputFiles(of program: Program) throws -> [String] {
    var files: [String: String] = [:]
    for text in input {
      guard let split = text.firstIndex(of: "=") else {
        throw ValidationError("--input '\(text)' is not NAME=FILE.npy")
      }
      files[String(text[..<split])] = String(text[text.index(after: split)...])
    }
    let names = program.inputs.map(\.name)
    for name in files.keys.sorted() where !names.contains(name) {
      throw ValidationError(
        "the model has no input '\(name)'; it has \(names.joined(separator: ", "))"
          + NearestName.question(name, among: names))
    }
    return try names.map { name in
      guard let file = files[name] else {
        throw ValidationError("--input \(name)=FILE.npy is missing")
      }
      return file
    }
  }

  /// Value names may hold anything; files may not.
  private static func fileName(_ name: String) -> String {
    let safe = name.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "_" }
    return String(safe) + ".npy"
  }
}
