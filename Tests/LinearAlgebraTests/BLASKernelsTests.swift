import Foundation
import Testing

@testable import CalibrantLinearAlgebra

@Suite struct BLASKernelsTests {
  @Test(arguments: [
    ("Prescott", "SkylakeX"), ("Sandybridge", "SkylakeX"), ("Haswell", "SkylakeX"),
    ("Zen", "SkylakeX"), ("SkylakeX", nil), ("Cooperlake", nil), ("SapphireRapids", nil),
  ]) func onAVX512(_ chosen: String, _ better: String?) {
    #expect(BLASKernels.better(than: chosen, on: .avx512) == better)
  }

  @Test(arguments: [
    ("Prescott", "Haswell"), ("Sandybridge", "Haswell"), ("Haswell", nil), ("Zen", nil),
    ("Excavator", nil), ("SkylakeX", nil),
  ]) func onAVX2(_ chosen: String, _ better: String?) {
    #expect(BLASKernels.better(than: chosen, on: .avx2) == better)
  }

  @Test(arguments: ["Prescott", "Nehalem", "Sandybridge", "generic"])
  func onOlderCPUs(_ chosen: String) {
    #expect(BLASKernels.better(than: chosen, on: .baseline) == nil)
  }

  /// The kernel lists the CPU's flags. In a process of its own: kernels change where no call is under way.
  @Test(
    .enabled(if: BLAS.configuration.contains("DYNAMIC_ARCH") && getenv("OPENBLAS_CORETYPE") == nil))
  func theBestThatTheFlagsAllowAreTaken() async {
    await #expect(processExitsWith: .success) {
      let info = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      let line = (info ?? "").split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
      let flags = Set(line.split(separator: " "))
      BLAS.prepare()
      if flags.isSuperset(of: ["avx2", "fma", "avx512f", "avx512vl", "avx512dq", "avx512bw"]) {
        #expect(["SkylakeX", "Cooperlake", "SapphireRapids"].contains(BLAS.kernels))
      } else if flags.isSuperset(of: ["avx2", "fma"]) {
        #expect(["Haswell", "Zen", "Excavator"].contains(BLAS.kernels))
      }
      // Programs that this one starts choose for themselves.
      #expect(getenv("OPENBLAS_CORETYPE") == nil)
    }
  }
}
