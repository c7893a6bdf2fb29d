import CalibrantEngine
import Foundation
import CalibrantHarness
import CalibrantQuantization

/// How often each outcome was seen, printed at the end: the exit code that the command line would have ended with, and
/// the kind of error.
enum Outcomes {
  nonisolated(unsafe) private static var counts: [String: Int] = {
    atexit { Outcomes.report() }
    return [:]
  }()

  static func count(_ outcome: String) { counts[outcome, default: 0] += 1 }

  /// An error that nobody has thought of is a finding, as a trap is.
  static func count(_ error: any Error) {
    let failure = Failure(error)
    guard failure.isOurs else { fatalError("an error without a text of its own: \(error)") }
    count("\(failure.exitCode) \(kind(of: error))")
  }

  /// The type and the case, of an error inside an error the inner one.
  private static func kind(of error: any Error) -> String {
    switch error {
    case GraphError.model(let inner): kind(of: inner)
    case QuantizationError.model(let inner): kind(of: inner)
    default:
      "\(type(of: error))"
        + (Mirror(reflecting: error).children.first?.label.map { "." + $0 } ?? "")
    }
  }

  private static func report() {
    let list = counts.sorted { $0.key < $1.key }.map { "  \($0.value) × \($0.key)\n" }
    FileHandle.standardError.write(Data("outcomes:\n\(list.joined())".utf8))
  }
}
