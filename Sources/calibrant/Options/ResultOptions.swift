import ArgumentParser
import Foundation
import CalibrantHarness
import CalibrantONNXFormat

/// Where a result goes besides the screen.
struct ResultOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Write the result as JSON; - is standard output.", valueName: "file"),
    completion: .file())
  var json: String?

  @OptionGroup var general: GeneralOptions

  /// Fails before any work starts where an output cannot be written, is an input, or is another output.
  func requireWritable(
    _ outputs: [String?] = [], apartFrom inputs: [String?], files: [String] = []
  ) throws {
    let outputs = outputs + [json == "-" ? nil : json]
    try OutputCheck.require(
      outputs.compactMap(\.self), apartFrom: inputs.compactMap(\.self), files: files)
    if json == "-", StandardStream.holdsData {
      throw ModelError.cannotWrite(path: "-", reason: "standard output is another output already")
    }
  }

  /// Writes the JSON file, or JSON instead of text where it was asked for on standard output; else prints text for
  /// people, its verdicts in colour on a terminal.
  func emit(text: String, json document: String) throws {
    if json == "-" {
      StandardStream.output.write(document)
      return
    }
    if let json { try writeFile(document, to: json) }
    printText(text)
  }

  func emit(_ report: some Reportable) throws {
    // Either may be long.
    if json == "-" { return try emit(text: "", json: report.json) }
    try emit(text: report.text, json: json == nil ? "" : report.json)
  }

  /// Prints text for people, where standard output is not a file's.
  func printText(_ text: String) {
    if StandardStream.holdsData { return }
    let isColored = general.color.isColored(
      isTerminal: isatty(STDOUT_FILENO) == 1, in: ProcessInfo.processInfo.environment)
    let text = Escaping.terminalLines(text)
    StandardStream.output.write((isColored ? TerminalColor.painted(text) : text) + "\n")
  }
}

/// Writes a text file completely or not at all.
func writeFile(_ text: String, to path: String) throws {
  try AtomicFile.write(Data(text.utf8), to: path)
}

/// Prints to standard error, unless quiet.
func note(_ text: String, quiet: Bool) {
  if !quiet { StandardStream.error.write(Escaping.terminalLines(text) + "\n") }
}
