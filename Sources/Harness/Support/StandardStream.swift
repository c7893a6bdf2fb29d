import Foundation
import CalibrantONNXFormat
import Synchronization

/// Standard output and standard error.
///
/// A stream that cannot be written stops no work, whose results may go to files: the failure is kept for the end
/// of the program, which tells it by its exit code.
public enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Writes text that holds no other escape sequences than the program's own.
  public func write(_ text: String) {
    let code = Array(text.utf8).withUnsafeBytes { writeAll($0, into: rawValue) }
    guard code != 0 else { return }
    _ = Facts.failure.compareExchange(
      expected: 0, desired: Int(code) << 2 | Int(rawValue), ordering: .relaxed)
  }

  /// Whether standard output belongs to a file's bytes (`-o /dev/stdout`), among which text would be damage.
  public static var holdsData: Bool {
    get { Facts.outputHoldsData.load(ordering: .relaxed) }
    set { Facts.outputHoldsData.store(newValue, ordering: .relaxed) }
  }

  /// The first write that failed. A reader that went away is no news to anybody, so it comes without text.
  public static var failure: (text: String?, exitCode: Int32)? {
    let known = Facts.failure.load(ordering: .relaxed)
    guard known != 0 else { return nil }
    let (stream, code) = (known & 3, Int32(known >> 2))
    guard code != EPIPE, stream == Int(output.rawValue) else {
      return (nil, Failure.Code.cannotWrite)
    }
    let reason = String(cString: strerror(code))
    return ("cannot write standard output: \(reason)", Failure.Code.cannotWrite)
  }

  /// Keeps the numbers of streams that are closed from being given to files, and turns a reader that went away, or a
  /// limit on the size of files, from a signal that ends the process into an error of the write.
  public static func prepare() {
    while true {
      let descriptor = open("/dev/null", O_RDONLY)
      if descriptor > 2 || descriptor < 0 {
        close(descriptor)
        break
      }
    }
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  private enum Facts {
    /// Error number and stream of the first failure in one word; 0 for none.
    static let failure = Atomic<Int>(0)
    static let outputHoldsData = Atomic<Bool>(false)
  }
}
