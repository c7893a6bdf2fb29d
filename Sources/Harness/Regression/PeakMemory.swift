import Foundation

/// The largest memory that this program has held.
enum PeakMemory {
  /// Not `getrusage`'s figure: a child's starts there at what its parent held.
  static var bytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap {
      Int($0)
    }
    return kilobytes.map { $0 * 1024 } ?? MachineFacts.peakMemory
  }
}
