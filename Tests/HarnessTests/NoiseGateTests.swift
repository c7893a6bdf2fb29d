import Foundation
import CalibrantHarness
import TestSupport
import Testing

/// The gate on synthetic runs, whose noise is known.
@Suite struct NoiseGateTests {
  private let gate = NoiseGate()

  private func isAlarm(_ old: BenchmarkRun, _ new: BenchmarkRun) -> Bool {
    gate.changes(from: old, to: new).contains(where: \.isRegression)
  }

  @Test func sameNoiseRaisesNoAlarm() {
    var machine = SyntheticMachine(seed: 1)
    let alarms = (0..<500).count { _ in isAlarm(machine.run(), machine.run()) }
    #expect(alarms <= 5)
  }

  @Test func aTenthSlowerIsCaught() {
    var machine = SyntheticMachine(seed: 2)
    let caught = (0..<200).count { _ in isAlarm(machine.run(), machine.run(slowdown: 0.1)) }
    #expect(caught >= 195)
  }

  /// Both runs on a machine that is a third slower the second time.
  @Test func aSlowerMachineIsNoRegression() {
    var machine = SyntheticMachine(seed: 3)
    let alarms = (0..<200).count { _ in isAlarm(machine.run(), machine.run(machineSpeed: 0.67)) }
    #expect(alarms <= 2)
  }

  @Test func aSlowerMachineHidesNoRegression() {
    var machine = SyntheticMachine(seed: 4)
    let caught = (0..<100).count { _ in
      isAlarm(machine.run(machineSpeed: 0.67), machine.run(machineSpeed: 1, slowdown: 0.1))
    }
    #expect(caught >= 97)
  }

  @Test func moreNoiseNeedsMoreEvidence() {
    var machine = SyntheticMachine(seed: 5)
    machine.noise = 0.2
    let alarms = (0..<300).count { _ in isAlarm(machine.run(), machine.run()) }
    #expect(alarms <= 3)
  }

  @Test func certainButTinyChangesAreNoRegression() throws {
    var machine = SyntheticMachine(seed: 6)
    machine.noise = 0.0001
    #expect(!isAlarm(machine.run(), machine.run(slowdown: 0.02)))
    #expect(isAlarm(machine.run(), machine.run(slowdown: 0.04)))
  }

  @Test func fasterIsNoRegression() {
    var machine = SyntheticMachine(seed: 7)
    #expect(!isAlarm(machine.run(), machine.run(slowdown: -0.5)))
  }

  /// Wall time where another program holds the cores says nothing, and is not asked.
  @Test func wallTimeOfATakenMachineIsLeftOut() {
    var machine = SyntheticMachine(seed: 8)
    let changes = gate.changes(from: machine.run(), to: machine.run(coreShare: 0.5))
    #expect(!changes.contains { $0.figure == .runWall || $0.figure == .imageWall })
    #expect(changes.count == GatedFigure.allCases.count - 2)
    #expect(changes.filter(\.isRegression).isEmpty)
  }

  @Test func moreMemoryIsARegression() throws {
    var machine = SyntheticMachine(seed: 9)
    var grown = machine.run()
    for index in grown.models[0].repeats.indices {
      grown.models[0].repeats[index].peakMemoryBytes += 10 << 20
    }
    let worse = gate.changes(from: machine.run(), to: grown).filter(\.isRegression)
    #expect(worse.map(\.figure) == [.memory])
    try #expect(abs(#require(worse.first).change - 0.1) < 0.02)
  }

  @Test func modelsWithoutABaselineAreNotJudged() {
    var machine = SyntheticMachine(seed: 10)
    var other = machine.run()
    other.models[0].name = "other.onnx"
    #expect(gate.changes(from: machine.run(), to: other).isEmpty)
  }
}
