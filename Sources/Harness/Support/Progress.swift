import Foundation

/// Progress of a long step on standard error: a bar with rate and time left on a terminal, plain lines elsewhere.
public final class Progress {
  private let title: String
  private let total: Int
  private let first: Int
  private let isQuiet: Bool
  private let describe: ((_ done: Int) -> String)?
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now
  private var lastShown: ContinuousClock.Instant?
  private var isDone = false

  /// - Parameters:
  ///   - first: what was done before, which says nothing of the rate.
  ///   - describe: what is shown in place of counts and rate.
  public init(
    _ title: String, total: Int, from first: Int = 0, isQuiet: Bool,
    describe: ((_ done: Int) -> String)? = nil
  ) {
    self.title = title
    self.total = total
    self.first = first
    self.isQuiet = isQuiet
    self.describe = describe
  }

  public func advance(to done: Int) {
    guard !isQuiet, !isDone else { return }
    isDone = done == total
    let now = ContinuousClock.now
    let interval: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
    guard done == total || now - (lastShown ?? start) >= interval else { return }
    lastShown = now
    write(line(done, elapsed: (now - start).seconds), ends: done == total)
  }

  private func line(_ done: Int, elapsed: Double) -> String {
    let rate = elapsed > 0 ? Double(done - first) / elapsed : 0
    let left = rate > 0 ? Double(total - done) / rate : 0
    let share = total > 0 ? Double(done) / Double(total) : 1
    let filled = Int(share * 24)
    let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: 24 - filled)
    let counts = describe?(done) ?? "\(done)/\(total)  \(String(format: "%.0f", rate))/s"
    let time =
      done == total ? String(format: "%.1f s", elapsed) : String(format: "%.0f s left", left)
    return isTerminal ? "\(title) \(bar) \(counts)  \(time)" : "\(title): \(counts)  \(time)"
  }

  private func write(_ line: String, ends: Bool) {
    let line = Escaping.terminal(line)
    let text = isTerminal ? "\r\u{1B}[2K\(line)\(ends ? "\n" : "")" : line + "\n"
    StandardStream.error.write(text)
  }
}

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
