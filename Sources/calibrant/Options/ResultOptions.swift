import ArgumentParser
import Foundation
import Harness
import ONNXFormat

/// Where a result goes besides the screen.
struct ResultOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Write the result as JSON; - is standard output.", valueName: "file"))
  var json: String?

  /// Fails before any work starts where the JSON file cannot be written.
  func requireWritableOutput() throws {
    if let json, json != "-" { try requireWritable(json) }
  }

  /// Prints text for people, its verdicts in colour on a terminal, or JSON where it was asked for on standard
  /// output, and writes the JSON file.
  func emit(text: String, json document: String) throws {
    if json == "-" {
      print(document, terminator: "")
      return
    }
    let isColored =
      isatty(STDOUT_FILENO) == 1
      && TerminalColor.isAllowed(by: ProcessInfo.processInfo.environment)
    print(isColored ? TerminalColor.painted(text) : text)
    if let json { try writeFile(document, to: json) }
  }
}

/// Writes a text file completely or not at all.
func writeFile(_ text: String, to path: String) throws {
  try AtomicFile.write(Data(text.utf8), to: path)
}

/// Fails before any work starts where an output cannot be written.
func requireWritable(_ path: String) throws {
  let folder = URL(filePath: path).deletingLastPathComponent().path
  var isDirectory: ObjCBool = false
  guard FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory),
    isDirectory.boolValue
  else { throw ModelError.cannotWrite(path: path, reason: "the folder does not exist") }
  guard
    !FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      || !isDirectory.boolValue
  else { throw ModelError.cannotWrite(path: path, reason: "it is a folder") }
  guard access(folder, W_OK) == 0 else {
    throw ModelError.cannotWrite(path: path, reason: "the folder is not writable")
  }
}

/// Prints to standard error, unless quiet.
func note(_ text: String, quiet: Bool) {
  if !quiet { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
