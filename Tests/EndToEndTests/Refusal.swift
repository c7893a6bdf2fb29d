import Foundation
import TestSupport
import Testing

/// Runs a command that must refuse its input: one message on standard error that names every `culprit`, nothing on
/// standard output, and nothing left in `folder`.
func expectRefusal(
  _ arguments: [String], code: Int32, naming culprits: String..., leaving folder: TemporaryFolder,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let before = folder.entries
  let run = try RunCalibrant.run(arguments + ["--quiet"], in: folder.path)
  #expect(run.exitCode == code, "\(run.errors)", sourceLocation: sourceLocation)
  #expect(run.errors.hasPrefix("calibrant: "), "\(run.errors)", sourceLocation: sourceLocation)
  let message = run.errors.split(separator: "\n").first ?? ""
  for culprit in culprits {
    #expect(message.contains(culprit), "\(run.errors)", sourceLocation: sourceLocation)
  }
  if code != 64 {
    // The argument parser adds the usage; others end with their message.
    #expect(
      run.errors.split(separator: "\n").count == 1, "\(run.errors)", sourceLocation: sourceLocation)
  }
  #expect(run.output == "", sourceLocation: sourceLocation)
  #expect(folder.entries == before, sourceLocation: sourceLocation)
}
