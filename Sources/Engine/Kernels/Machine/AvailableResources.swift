import Foundation

/// What this process may use of the machine: its processor affinity and the limits of its control groups, not what the
/// machine has.
package enum AvailableResources {
  /// Cores that threads of this process can keep busy at once, at least 1.
  package static let cores: Int = {
    let allowed = affinity ?? ProcessInfo.processInfo.activeProcessorCount
    let quota = ControlGroups().cores.map { Int(min($0, 1e6).rounded(.up)) }
    return max(1, min(allowed, quota ?? allowed))
  }()

  /// Bytes of memory.
  package static let memory: Int = {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return min(physical, ControlGroups().memory ?? physical)
  }()

  /// Bytes of address space (`ulimit -v`).
  package static let addressSpace: Int = {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return .max }
    return Int(clamping: limit.rlim_cur)
  }()

  /// Cores that the scheduler may put this process on (proc(5), Cpus_allowed: a mask in hexadecimal).
  private static var affinity: Int? {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
    return line.map { line in
      line.drop { $0 != ":" }.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    }
  }
}

/// The limits of the control groups that a process is in, versions 1 and 2 (Linux, Documentation/admin-guide/cgroup-v1
/// and cgroup-v2.rst).
struct ControlGroups {
  /// Lines of /proc/self/cgroup: hierarchy, controllers, path.
  var membership = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
  var root = "/sys/fs/cgroup"

  /// The smallest quota of processor time, in cores; nil without one.
  var cores: Double? {
    let quotas =
      numbers("cpu.max", of: nil).map { $0.count == 2 ? $0[0] / $0[1] : .infinity }
      + folders(of: "cpu").compactMap { folder -> Double? in
        guard let quota = numbers(folder + "/cpu.cfs_quota_us").first, quota > 0,
          let period = numbers(folder + "/cpu.cfs_period_us").first
        else { return nil }
        return quota / period
      }
    return quotas.filter { $0.isFinite && $0 > 0 }.min()
  }

  /// The smallest limit of memory in bytes; nil without one.
  var memory: Int? {
    let limits =
      numbers("memory.max", of: nil).compactMap(\.first)
      + folders(of: "memory").compactMap { numbers($0 + "/memory.limit_in_bytes").first }
    // Version 1 writes a number near 2^63 for none.
    return limits.filter { 0 < $0 && $0 < 0x1p60 }.min().map { Int($0) }
  }

  /// A file of this process's group and of all groups above it. A container may see its own group as the root.
  /// - Parameter controller: of version 1; nil for version 2.
  private func numbers(_ file: String, of controller: String?) -> [[Double]] {
    folders(of: controller).map { numbers($0 + "/" + file) }.filter { !$0.isEmpty }
  }

  private func folders(of controller: String?) -> [String] {
    for line in membership.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let controllers = parts[1].split(separator: ",").map(String.init)
      let isWanted = controller.map(controllers.contains) ?? parts[1].isEmpty
      guard isWanted else { continue }
      let top = controller.map { _ in root + "/" + parts[1] } ?? root
      return Self.upwards(parts[2]).map { top + $0 }
    }
    return []
  }

  /// "/a/b" gives "/a/b", "/a" and "".
  private static func upwards(_ path: Substring) -> [String] {
    let names = path.split(separator: "/")
    return (0...names.count).reversed().map { names.prefix($0).map { "/" + $0 }.joined() }
  }

  /// The numbers that a file starts with; "max" ends them.
  private func numbers(_ path: String) -> [Double] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return text.split(whereSeparator: \.isWhitespace).prefix { Double($0) != nil }
      .compactMap { Double($0) }
  }
}
