import CalibrantEngine
import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness

@Suite struct SpeedPlanTests {
  private func plan(
    _ choice: SpeedChoice = .auto, files: Int = 4, elapsed: Double, preparing: Double = 0.1,
    run: Double
  ) -> SpeedPlan? {
    SpeedPlan(choice, files: files, elapsed: elapsed, preparing: preparing, run: run)
  }

  private func seconds(_ plan: SpeedPlan, run: Double) -> Double {
    2 * Double(plan.rounds * plan.runs) * run
  }

  @Test func longComparisonsTakeAllRounds() {
    // 36 s, 9 s a file; half a round is 13 runs of 4 ms.
    #expect(plan(elapsed: 600, run: 0.004)?.rounds == 21)
    #expect(plan(elapsed: 600, run: 0.004)?.runs == 13)
  }

  @Test func staysWithinATenth() {
    for elapsed in [0.1, 1, 9, 11, 30, 100, 1_000, 20_000] {
      for run in [0, 1e-5, 0.003, 0.04, 0.3, 2] {
        for files in [1, 3, 50] {
          guard let plan = plan(files: files, elapsed: elapsed, run: run) else { continue }
          let all = Double(files) * (0.1 + seconds(plan, run: run))
          #expect(all <= 0.1 * elapsed + 1e-9, "\(elapsed) s, \(run) s a run, \(files) files")
          #expect((9...21).contains(plan.rounds) && plan.runs >= 1)
        }
      }
    }
  }

  @Test func shortComparisonsTakeNone() {
    #expect(plan(elapsed: 2, run: 0.001) == nil)
    #expect(plan(elapsed: 60, run: 2) == nil)
    // From ten seconds on, there is one second: 0.15 s a file, 8 ms half a round are too short, 15 ms are not.
    #expect(plan(elapsed: 11, run: 0.004) == nil)
    #expect(plan(files: 2, elapsed: 11, run: 0.004)?.runs == 5)
  }

  @Test func onMeasuresWhateverItTakes() {
    #expect(plan(.on, elapsed: 0, run: 3)?.rounds == 9)
    #expect(plan(.on, elapsed: 0, run: 3)?.runs == 1)
    #expect(plan(.on, elapsed: 0, run: 0.004)?.runs == 13)
    #expect(plan(.off, elapsed: 1e6, run: 1e-3) == nil)
  }
}

@Suite struct SpeedComparisonTests {
  /// Gives the speeds that a test wants, and notes who ran.
  private final class Script: TimedModel {
    private let speeds: [Double]
    private let name: String
    private let log: Log
    private var calls = 0

    init(_ name: String, _ speeds: [Double], _ log: Log) {
      (self.name, self.speeds, self.log) = (name, speeds, log)
    }

    func imagesPerSecond(runs: Int) -> Double {
      log.calls.append(name)
      calls += 1
      return speeds[(calls - 1) % speeds.count]
    }
  }

  private final class Log {
    var calls: [String] = []
    var prepared: [String] = []
  }

  @Test func roundsAreRatiosOfNeighbours() throws {
    let log = Log()
    // A machine that halves its speed at every round.
    let before = Script("original", (0..<9).map { pow(0.5, Double($0)) }, log)
    let after = Script("arm", (0..<9).map { pow(0.5, Double($0)) * (2 + 0.1 * Double($0)) }, log)
    var plan = try #require(SpeedPlan(.on, files: 1, elapsed: 0, preparing: 0, run: 1))
    plan.rounds = 9
    let ratio = try SpeedComparison.ratio(of: after, to: before, plan)
    #expect(abs(ratio.ratio - 2.4) < 1e-12 && ratio.rounds == 9)
    #expect(abs(try #require(ratio.interval).lower - 2.1) < 1e-12)
    #expect(abs(try #require(ratio.interval).upper - 2.7) < 1e-12)
    #expect(log.calls == (0..<9).flatMap { _ in ["original", "arm"] })
  }

  /// Two arms of one file, one of another.
  private struct Files {
    let folder: TemporaryFolder
    let original: LoadedModel
    let arms: [ArmEvaluation]

    init() throws {
      folder = try TemporaryFolder()
      let path = folder.file("original.onnx")
      try SmallClassifier.model().write(to: path)
      original = try LoadedModel(path)
      var arms = [
        ArmEvaluation(
          arm: Arm(name: "original", kind: .original, bytes: 1, sha256: original.sha256),
          answers: [])
      ]
      for (name, file) in [("a", "x"), ("b", "y"), ("c", "x")] {
        var model = SmallClassifier.model()
        model.metadata["note"] = file
        try model.write(to: folder.file("\(file).onnx"))
        arms.append(
          ArmEvaluation(
            arm: Arm(
              name: name, kind: .weightBased, file: "\(file).onnx", bytes: 1,
              sha256: try LoadedModel(folder.file("\(file).onnx")).sha256), answers: []))
      }
      self.arms = arms
    }

    func measured(_ speed: SpeedComparison) throws -> [ArmEvaluation] {
      try speed.measured(
        arms, in: URL(filePath: folder.path), beside: original, on: SeededSamples(count: 20),
        workers: 2, elapsed: 0)
    }
  }

  @Test func filesAreMeasuredOnce() throws {
    let log = Log()
    var speeds = [[100.0], [250], [50]]
    let measured = try Files().measured(
      SpeedComparison(.on, isQuiet: true) { _, _, workers in
        #expect(workers == 2)
        return Script("", speeds.removeFirst(), log)
      })
    #expect(speeds.isEmpty)
    #expect(measured.map { $0.speed?.ratio } == [nil, 2.5, 0.5, 2.5])
    #expect(measured[1].speed?.interval == Interval(2.5, 2.5))
  }

  @Test func offMeasuresNothing() throws {
    let files = try Files()
    let off = SpeedComparison(.off, isQuiet: true) { _, _, _ in
      Issue.record("nothing is to be prepared")
      return Script("", [1], Log())
    }
    #expect(try files.measured(off) == files.arms)
    // No time has passed, so there is none to spend.
    #expect(try files.measured(SpeedComparison(.auto, isQuiet: true)) == files.arms)
  }

  /// What is timed are real sessions; how long they take is the machine's business.
  @Test func sessionsRun() throws {
    let samples = SeededSamples(count: 20)
    let program = try Program(SmallClassifier.model())
    let sessions = try TimedSessions(program, on: samples, workers: 3)
    #expect(try sessions.imagesPerSecond(runs: 2) > 0)
  }
}
