import CalibrantEngine
import Foundation
import TestSupport
import Testing

/// `CALIBRANT_KERNELS` decides what computes, and everything that names it says so.
@Suite struct KernelSelectionTests {
  private let folder: TemporaryFolder

  private let data =
    "\(DemoFiles.model) --images \(DemoFiles.test) --resize none --crop none --quiet"

  init() throws { folder = try TemporaryFolder() }

  private func run(_ kernels: String, _ arguments: String) throws -> ProgramRun {
    try RunCalibrant.shell(
      "export CALIBRANT_KERNELS='\(kernels)'; calibrant \(arguments)", in: folder.path)
  }

  @Test(arguments: InstructionSet.available) func resultsNameTheSet(_ set: InstructionSet) throws {
    let evaluation = try run(set.rawValue, "evaluate \(data) --json -")
    let bench = try run(
      set.rawValue, "bench \(DemoFiles.model) --seconds 0.01 --repeats 1 --batch 1 --quiet --json -"
    )
    for kernels in [
      try JSONDocument(evaluation.output)["provenance"]["kernels"].string,
      try JSONDocument(bench.output)["machine"]["kernels"].string,
    ] {
      #expect(kernels.hasSuffix(", \(set.rawValue)"))
    }
  }

  /// OpenBLAS's own variable has the last word.
  @Test(arguments: ["Nehalem", "Sandybridge"]) func resultsNameTheKernelsOfProducts(
    _ kernels: String
  ) throws {
    func used(_ setting: String) throws -> Substring? {
      let run = try RunCalibrant.shell(
        "\(setting) calibrant evaluate \(data) --limit 10 --json -", in: folder.path)
      return try JSONDocument(run.output)["provenance"]["kernels"].string.split(separator: ",")
        .first
    }
    try #expect(used("OPENBLAS_CORETYPE=\(kernels)") == "OpenBLAS \(kernels)")
    if InstructionSet.available.contains(.avx2) {
      try #expect(used("") != "OpenBLAS \(kernels)")
    }
  }

  /// AVX2 and AVX-512 have the same bits; the baseline, which has no fused multiply-add, has others.
  @Test func theSetComputes() throws {
    func scores(_ set: InstructionSet) throws -> String {
      let run = try run(
        set.rawValue, "evaluate \(data) --predictions \(set).csv")
      #expect(run.exitCode == 0, "\(run.errors)")
      return String(decoding: try folder.bytes("\(set).csv"), as: UTF8.self)
    }
    let all = try InstructionSet.available.map(scores)
    #expect(Set(all).count == (all.count > 1 ? 2 : 1))
    #expect(all.count < 3 || all[0] == all[1])
  }

  /// Sums of integers depend on no order, and what becomes of them on no set.
  @Test func integersAreTheSameBytes() throws {
    let quantized = try run(
      InstructionSet.current.rawValue,
      "quantize \(DemoFiles.model) --activations int8 --quiet -o q.onnx")
    #expect(quantized.exitCode == 0, "\(quantized.errors)")
    func scores(_ set: InstructionSet, jobs: Int) throws -> Data {
      let own = data.replacing(DemoFiles.model, with: "q.onnx")
      let run = try run(
        set.rawValue,
        "evaluate \(own) --limit 60 --arithmetic integer --jobs \(jobs) --predictions \(set)\(jobs).csv"
      )
      #expect(run.exitCode == 0, "\(run.errors)")
      return try folder.bytes("\(set)\(jobs).csv")
    }
    let expected = try scores(.baseline, jobs: 1)
    for set in InstructionSet.available {
      try #expect(scores(set, jobs: 1) == expected, "\(set)")
      try #expect(scores(set, jobs: 3) == expected, "\(set), three workers")
    }
  }

  @Test func statisticsOfAnotherSetAreAnotherRun() throws {
    let command =
      "calibrate \(DemoFiles.model) --data \(DemoFiles.calibration) --resize none --crop none --quiet"
      + " --statistics s.json -o q.onnx"
    let first = try run("baseline", command)
    #expect(first.exitCode == 0, "\(first.errors)")
    guard let other = InstructionSet.available.first(where: { $0 != .baseline }) else { return }
    let second = try run(other.rawValue, command)
    #expect(second.exitCode == 65)
    #expect(second.errors.contains("processor kernels"), "\(second.errors)")
  }

  @Test(arguments: ["avx", "AVX2", "avx2,avx512", "sse4", " "]) func refusesWhatIsNoSet(
    _ name: String
  ) throws {
    let run = try run(name, "info \(DemoFiles.model)")
    #expect(run.exitCode == 64)
    #expect(run.errors.hasPrefix("calibrant: CALIBRANT_KERNELS is '"), "\(run.errors)")
    #expect(run.output.isEmpty)
  }
}
