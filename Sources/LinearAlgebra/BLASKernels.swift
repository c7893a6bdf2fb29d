import CKernels
import COpenBLAS
import Glibc

/// Which of OpenBLAS's kernels serve a CPU.
///
/// OpenBLAS chooses by the CPU's model, and takes one newer than itself for the oldest it knows: 0.3.21 multiplies by SSE3
/// on Emerald Rapids, a quarter as fast. What a CPU can do its flags say.
enum BLASKernels {
  /// Vector instructions, the older ones first.
  enum Generation: Int, Comparable, CaseIterable {
    case baseline, avx2, avx512

    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// Of this CPU.
    static var current: Self {
      allCases.last { ck_kernels_named("\($0)") != nil } ?? .baseline
    }

    /// Of kernels, by OpenBLAS's name of the CPUs that they are for.
    init(of kernels: String) {
      switch kernels {
      case "SkylakeX", "Cooperlake", "SapphireRapids": self = .avx512
      case "Haswell", "Zen", "Excavator": self = .avx2
      default: self = .baseline
      }
    }

    /// The kernels that any CPU of the generation runs.
    var kernels: String? {
      switch self {
      case .baseline: nil
      case .avx2: "Haswell"
      case .avx512: "SkylakeX"
      }
    }
  }

  /// nil where the chosen ones make use of all that the CPU has.
  static func better(than chosen: String, on cpu: Generation) -> String? {
    Generation(of: chosen) < cpu ? cpu.kernels : nil
  }

  /// Takes better kernels than OpenBLAS's own choice where there are any, unless the environment names some.
  static func choose() {
    guard getenv("OPENBLAS_CORETYPE") == nil,
      let kernels = better(than: String(cString: openblas_get_corename()), on: .current)
    else { return }
    openblas_take_kernels(kernels)
  }
}
