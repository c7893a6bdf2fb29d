import Foundation
import CalibrantHarness
import TestSupport

/// Benchmark runs of a machine whose speed and noise are known.
struct SyntheticMachine {
  /// Spread of a repeat's figures around the truth, relative.
  var noise = 0.02
  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  /// - Parameters:
  ///   - machineSpeed: of model and reference work alike.
  ///   - slowdown: of the model alone.
  ///   - coreShare: how much of its cores the machine gives to this program.
  mutating func run(
    machineSpeed: Double = 1, slowdown: Double = 0, coreShare: Double = 1
  ) -> BenchmarkRun {
    let repeats = (0..<Benchmark.defaultRepeats).map { _ in
      onceOver(speed: machineSpeed * wobble(0.1), slowdown: slowdown, coreShare: coreShare)
    }
    let model = BenchmarkRun.Model(
      name: "m.onnx", sha256: "", batch: 8, multiplyAccumulates: 1, repeats: repeats)
    return BenchmarkRun(cpu: "", cores: 2, blas: "", threads: 2, models: [model])
  }

  private mutating func onceOver(
    speed: Double, slowdown: Double, coreShare: Double
  ) -> BenchmarkRepeat {
    let slow = 1 + slowdown
    return BenchmarkRepeat(
      load: gauged(0.02 / speed, coreShare, speed),
      run: gauged(0.01 * slow / speed, coreShare, speed),
      latencyMs: .init(p50: 1, p90: 1, min: 1),
      image: gauged(0.005 * slow / speed, coreShare, speed),
      imagesPerSecond: 1, peakMemoryBytes: Int(104_857_600 * wobble(0.003)))
  }

  private mutating func gauged(
    _ seconds: Double, _ coreShare: Double, _ speed: Double
  ) -> GaugedCost {
    // One repeat in ten is disturbed by half of its time.
    let outlier = Double.random(in: 0..<1, using: &random) < 0.1 ? 1.5 : 1
    let cpu = seconds * wobble(noise) * outlier
    let reference = 0.04 / speed
    return GaugedCost(
      Cost(wall: cpu / coreShare, cpu: cpu),
      reference: Cost(wall: reference / coreShare, cpu: reference), coreShare: coreShare)
  }

  /// A factor around 1 of the given spread.
  private mutating func wobble(_ spread: Double) -> Double {
    let u = Double.random(in: Double.leastNonzeroMagnitude..<1, using: &random)
    let v = Double.random(in: 0..<1, using: &random)
    return exp(spread * sqrt(-2 * log(u)) * cos(2 * .pi * v))
  }
}
