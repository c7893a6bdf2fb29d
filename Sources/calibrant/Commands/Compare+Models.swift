import ArgumentParser
import Foundation
import CalibrantHarness
import CalibrantONNXFormat

/// Several models, one after another, each by the command that compares it alone.
extension Compare {
  /// - Throws: `ValidationError` for what is of one model, where there are several.
  func validateModels() throws {
    if let results, makeOnly || from != nil {
      throw ValidationError("--results \(results) is of verdicts, which merge gives")
    }
    guard models.count > 1 else { return }
    let ofOne = [
      (!made.also.isEmpty, "--also", "files made of one model"),
      (made.statistics != nil, "--statistics", "what one model computes"),
      (makeOnly, "--make-only", "the plan of one model"),
      (from != nil, "--from", "the plan of one model"),
    ]
    for (isGiven, option, what) in ofOne where isGiven {
      throw ValidationError("\(option) cannot be beside several models: it is \(what)")
    }
    let names = models.map(Self.name)
    if folder != nil, let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw ValidationError("two models are called '\(twice)', as the folder of each in -o is")
    }
  }

  /// A model's folder in that of -o.
  private static func name(of model: String) -> String {
    let file = URL(filePath: model).lastPathComponent
    return file.lowercased().hasSuffix(".onnx") ? String(file.dropLast(5)) : file
  }

  func compareEach() throws {
    let commands = try models.map(command)
    for command in commands { try command.compare.requireReady() }
    if let results { try ResultsTable.check(results) }
    let whole = Invocation.arguments
    defer { Invocation.arguments = whole }
    var rows: [ModelRow] = []
    var documents: [String] = []
    var failure: Int32?
    for (index, (compare, arguments)) in commands.enumerated() {
      note("model \(index + 1) of \(models.count): \(compare.model)", quiet: run_.quiet)
      Invocation.arguments = arguments
      do {
        let comparison = try compare.compare { outcome, report in
          if result.json != nil { documents.append(outcome.json) }
          if result.json != "-" { result.printText(outcome.text + "\n") }
          if let report { note("report: \(report)/report.html", quiet: run_.quiet) }
        }
        rows.append(ModelRow(comparison, in: compare.folder))
      } catch let error as Interrupted {
        throw error
      } catch {
        // The other models are of use all the same.
        let refusal = Refusal(error)
        note("calibrant: \(compare.model): \(refusal.text)", quiet: false)
        failure = failure ?? refusal.exitCode
        rows.append(ModelRow(failed: compare.model))
      }
      if let results, let row = rows.last { try ResultsTable.append(row, to: results) }
    }
    try tell(rows, documents)
    let code = failure ?? ModelRow.exitCode(of: rows)
    if code != 0 { throw ExitCode(code) }
  }

  /// The command that compares one of the models, and its arguments.
  private func command(for model: String) throws -> (compare: Compare, arguments: [String]) {
    guard let declared = DeclaredCommand.named("compare") else {
      preconditionFailure("it is running")
    }
    let typed = TypedArguments(Invocation.arguments.dropFirst(), of: declared)
    let place = folder.map { ["-o", "\($0)/\(Self.name(of: model))"] } ?? []
    let arguments =
      ["compare", model.hasPrefix("-") ? "./\(model)" : model]
      + typed.options(without: ["o", "json", "results"]) + place
    guard let compare = try Calibrant.parseAsRoot(arguments) as? Compare else {
      preconditionFailure("the arguments are those of compare")
    }
    return (compare, arguments)
  }

  /// Fails before any work starts where the model cannot be read, or the report not be written.
  private func requireReady() throws {
    _ = try Model(contentsOf: model)
    try requireWritable(folder.map(ReportFolder.files(in:)) ?? [])
  }

  private func tell(_ rows: [ModelRow], _ documents: [String]) throws {
    let reports = documents.map { $0.trimmingCharacters(in: .newlines) }.joined(separator: ",\n")
    try result.emit(
      text: ModelRow.table(rows), json: "{\n\"models\": [\n\(reports)\n]\n}\n")
  }
}
