import Foundation

/// The largest memory that this program has held since the last reset.
///
/// Not `getrusage`: a child's figure there starts at what its parent held.
enum PeakMemory {
  /// Forgets what was. Without effect where the kernel does not offer it.
  static func reset() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  static var bytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
    return kilobytes.map { $0 * 1024 } ?? MachineFacts.peakMemory
  }
}
