import ArgumentParser
import Foundation
import CalibrantHarness
import CalibrantONNXFormat

/// In which format standard output gets a result.
struct FormatOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Print the result as \(Self.names.joined(separator: ", ")); github also appends to the job's summary.",
      valueName: "name"),
    completion: .list(Self.names))
  var format = TerminalReport.name

  private static let names = StandardFormats.all.map { $0.name }

  /// - Parameter missing: formats that a command's results have no form for.
  func validate(_ result: ResultOptions, without missing: [any ReportFormat.Type] = []) throws {
    let names = Self.names.filter { name in !missing.contains { $0.name == name } }
    guard names.contains(format) else {
      throw ValidationError("--format '\(format)' is none of \(names.joined(separator: ", "))")
    }
    if result.json == "-", format != TerminalReport.name {
      throw ValidationError("--json - and --format both take standard output")
    }
  }

  fileprivate func printed(_ report: some Reportable) throws {
    guard let type = StandardFormats.all.first(where: { $0.name == format }),
      let text = type.init().render(report)
    else { preconditionFailure("validation let a format pass that the result has no form for") }
    if !StandardStream.holdsData { StandardStream.output.write(text) }
    let environment = ProcessInfo.processInfo.environment
    if format == GitHubReport.name, let path = environment["GITHUB_STEP_SUMMARY"], !path.isEmpty {
      try append(MarkdownReport().render(report) ?? "", to: path)
    }
  }

  /// Steps of a job share its summary.
  private func append(_ text: String, to path: String) throws {
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o666)
    guard file >= 0 else {
      throw ModelError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
    }
    do {
      let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
      try handle.write(contentsOf: Data(text.utf8))
      try handle.close()
    } catch {
      throw ModelError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
    }
  }
}

extension ResultOptions {
  func emit(_ report: some Reportable, as format: FormatOption) throws {
    guard format.format != TerminalReport.name else { return try emit(report) }
    if let json { try writeFile(report.json, to: json) }
    try format.printed(report)
  }
}
