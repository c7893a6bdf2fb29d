import ArgumentParser
import Engine
import Foundation
import Harness
import ONNXFormat

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a model on arrays and writes its outputs as .npy files.",
    discussion:
      "Example: calibrant run model.onnx --input data=x.npy --output-dir out/ --tap conv1_out")

  @Argument(help: "An ONNX file.") var model: String

  @Option(help: ArgumentHelp("An input (repeatable).", valueName: "name=x.npy")) var input:
    [String] = []

  @Option(help: "Folder for the outputs.") var outputDir = "."

  @Option(help: "Also write this intermediate value (repeatable).") var tap: [String] = []

  @Flag(help: "Run the graph as written, without rewrites.") var noOptimize = false

  @OptionGroup var quiet: QuietFlag
  @OptionGroup var result: ResultOptions

  func run() throws {
    try result.requireWritableOutput()
    let program = try Program(
      Model(contentsOf: model), observing: tap, optimizing: !noOptimize)
    for text in program.notes { note("note: \(text)", quiet: quiet.quiet) }
    let inputs = try loadInputs(of: program)
    let folder = try OutputFolder(outputDir)
    defer { folder.removeIfEmpty() }
    var session = Session(program)
    var values: [(name: String, tensor: Tensor)] = []
    let outputs = try session.run(inputs) { index, view in
      values.append((tap[index], view.copied()))
    }
    values = zip(program.outputNames, outputs).map { ($0, $1) } + values
    var lines: [String] = []
    for (name, tensor) in values {
      let path = folder.url.appending(path: Self.fileName(name)).path
      try AtomicFile.write(NPYWriter.data(tensor), to: path)
      lines.append("\(name)  \(tensor.type)  \(path)")
    }
    let document = JSONValue.object([
      .init(
        "values",
        .array(
          values.map { value in
            .object([
              .init("name", .string(value.name)), .init("type", .string("\(value.tensor.dtype)")),
              .init("shape", .array(value.tensor.shape.dims.map(JSONValue.int))),
              .init("file", .string(Self.fileName(value.name))),
            ])
          }))
    ])
    try result.emit(text: lines.joined(separator: "\n"), json: document.text)
  }

  private func loadInputs(of program: Program) throws -> [Tensor] {
    var files: [String: String] = [:]
    for text in input {
      guard let split = text.firstIndex(of: "=") else {
        throw ValidationError("--input '\(text)' is not NAME=FILE.npy")
      }
      files[String(text[..<split])] = String(text[text.index(after: split)...])
    }
    let names = program.inputs.map(\.name)
    for name in files.keys where !names.contains(name) {
      throw ValidationError(
        "the model has no input '\(name)'; it has \(names.joined(separator: ", "))")
    }
    return try names.map { name in
      guard let file = files[name] else {
        throw ValidationError("--input \(name)=FILE.npy is missing")
      }
      return try NPYArray(contentsOf: file).tensor()
    }
  }

  /// Value names may hold anything; files may not.
  private static func fileName(_ name: String) -> String {
    let safe = name.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "_" }
    return String(safe) + ".npy"
  }
}
