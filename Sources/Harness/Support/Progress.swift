import Foundation

/// Progress of a long step on standard error: a bar with rate and time left on a terminal, plain lines elsewhere.
///
/// A step of several of its kind (`ProgressSteps`) says which one it is, and how long all of them will take.
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
    let line = ProgressLine(
      title: [ProgressSteps.current?.name, title].compactMap(\.self).joined(separator: ", "),
      share: total > 0 ? Double(done) / Double(total) : 1,
      counts: describe?(done) ?? "\(done)/\(total)  \(String(format: "%.0f", rate))/s",
      time: [
        done == total
          ? String(format: "%.1f s", elapsed) : "\(ProgressLine.duration(left)) left",
        ProgressSteps.current?.left(withinStep: left),
      ].compactMap(\.self).joined(separator: ", "))
    return isTerminal ? line.bar(columns: TerminalSize.columns) : line.plain
  }

  private func write(_ line: String, ends: Bool) {
    let line = Escaping.terminal(line)
    let text = isTerminal ? "\r\u{1B}[2K\(line)\(ends ? "\n" : "")" : line + "\n"
    StandardStream.error.write(text)
  }
}

/// What progress says, and how it fits a line.
struct ProgressLine {
  let title: String
  /// 0…1.
  let share: Double
  let counts: String
  let time: String

  var plain: String { "\(title): \(counts)  \(time)" }

  private static let longestBar = 24
  private static let shortestBar = 8

  /// A line that a terminal of so many columns does not wrap: first the bar gives way, then the title's end, then the counts.
  func bar(columns: Int) -> String {
    // The last column makes some terminals wrap.
    let room = max(columns - 1, 1)
    let free = room - title.count - counts.count - time.count - 4
    if free >= Self.shortestBar {
      return "\(title) \(drawn(min(free, Self.longestBar))) \(counts)  \(time)"
    }
    let end = counts.count + time.count + 3 < room - 14 ? "\(counts)  \(time)" : time
    let space = room - end.count - 1
    guard space > 1 else { return String(end.prefix(room)) }
    return (title.count <= space ? title : title.prefix(space - 1) + "…") + " " + end
  }

  private func drawn(_ width: Int) -> String {
    let filled = Int(share * Double(width))
    return String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
  }

  /// "12 s", "3 min", "1.5 h"
  static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<99.5: String(format: "%.0f s", seconds)
    case ..<5_970: String(format: "%.0f min", seconds / 60)
    default: String(format: "%.1f h", seconds / 3600)
    }
  }
}

/// The terminal that standard error goes to.
enum TerminalSize {
  /// 80 where it does not say.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
