import Foundation
import CalibrantHarness
import TestSupport
import Testing

@Suite struct BaselineTests {
  private let folder: TemporaryFolder
  private let path: String
  private let run: BenchmarkRun

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("baseline.json")
    var machine = SyntheticMachine(seed: 20)
    run = machine.run()
  }

  @Test func keepsEveryRepeat() throws {
    try Baseline(run).save(to: path)
    try #expect(Baseline(contentsOf: path).run == run)
  }

  @Test func refusesWhatIsNone() throws {
    for text in ["", "{}", #"{"schemaVersion": 99}"#, #"{"schemaVersion": 1}"#] {
      try Data(text.utf8).write(to: URL(filePath: path))
      #expect(throws: HarnessError.self, "\(text)") { try Baseline(contentsOf: path) }
    }
    #expect(throws: DatasetError.self) { try Baseline(contentsOf: folder.file("missing")) }
  }

  @Test func refusesOtherCircumstances() throws {
    var run = run
    run.kernels = "avx2"
    let baseline = Baseline(run)
    func compare(
      _ names: [String] = ["m.onnx"], threads: Int = 2, cores: Int = 2, kernels: String = "avx2"
    ) throws {
      try baseline.requireComparable(
        to: names, threads: threads, path: path, cpu: "", cores: cores, kernels: kernels)
    }
    try compare()
    #expect(throws: HarnessError.self) { try compare(["m.onnx", "n.onnx"]) }
    #expect(throws: HarnessError.self) { try compare(threads: 1) }
    #expect(throws: HarnessError.self) { try compare(cores: 64) }
    #expect(throws: HarnessError.self) { try compare(kernels: "avx512") }
  }

  @Test func figuresAreMediansOfRepeats() {
    var run = run
    for (index, value) in [3.0, 1, 2].enumerated() {
      run.models[0].repeats[index].latencyMs = .init(p50: value, p90: 10 * value, min: value / 2)
      run.models[0].repeats[index].imagesPerSecond = value
    }
    run.models[0].repeats.removeSubrange(3...)
    let model = run.models[0]
    #expect(model.latencyMs == .init(p50: 2, p90: 20, min: 0.5))
    #expect(model.imagesPerSecond == 2)
    #expect(model.gflops == 2 * 1 * 2 * 1e-9)
  }
}
