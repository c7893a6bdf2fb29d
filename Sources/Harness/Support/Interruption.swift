import Foundation
import Synchronization

/// The user asked to stop (Ctrl-C).
public struct Interrupted: Error, CustomStringConvertible {
  /// What is done ("3 finished layers"), and the file that keeps it for the next start.
  public var kept: (work: String, path: String)?

  public var description: String {
    guard let kept else { return "interrupted; nothing half-written was left behind" }
    return "interrupted; \(kept.path) keeps \(kept.work), "
      + "and the same command goes on from there"
  }
}

/// Turns the first SIGINT or SIGTERM into an error at the next unit of work, so that files stay whole; a second one
/// ends the process at once.
public enum Interruption {
  private static let isRequested = Atomic<Bool>(false)

  public static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Interruption.isRequested.exchange(true, ordering: .relaxed) { _exit(128 + number) }
      }
    }
  }

  /// Throws once an interruption was requested.
  public static func check() throws {
    if isRequested.load(ordering: .relaxed) { throw Interrupted() }
  }
}
