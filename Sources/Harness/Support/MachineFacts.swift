import CalibrantEngine
import Foundation
import CalibrantLinearAlgebra

/// What a report says about where it was made.
public enum MachineFacts {
  /// The processor's model name.
  public static var cpu: String {
    let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = info.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    return name ?? "unknown"
  }

  /// That this process may use.
  public static var cores: Int { AvailableResources.cores }

  public static var blas: String {
    BLAS.configuration.trimmingCharacters(in: .whitespaces)
  }

  /// What floats are computed by: other kernels may round the last bits otherwise.
  public static var kernels: String {
    "OpenBLAS \(BLAS.kernels), \(InstructionSet.current.rawValue)"
  }

  /// The largest memory this process has held, in bytes.
  public static var peakMemory: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
