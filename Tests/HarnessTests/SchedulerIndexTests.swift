import Testing

@testable import CalibrantHarness

/// Which part a task takes, by what its scheduler says.
@Suite struct SchedulerIndexTests {
  private func index(
    _ environment: [String: String], base: Int? = nil, named name: String? = nil
  ) throws -> SchedulerIndex {
    try SchedulerIndex(in: environment, base: base, named: name)
  }

  struct Known: Sendable {
    let environment: [String: String]
    let index: Int
    var count: Int?
  }

  static let known: [Known] = [
    Known(
      environment: ["OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "8"], index: 3, count: 8),
    Known(environment: ["PMI_RANK": "0", "PMI_SIZE": "4"], index: 1, count: 4),
    Known(environment: ["SLURM_PROCID": "3", "SLURM_NTASKS": "4"], index: 4, count: 4),
    Known(environment: ["JOB_COMPLETION_INDEX": "7"], index: 8),
    Known(environment: ["AWS_BATCH_JOB_ARRAY_INDEX": "0"], index: 1),
    Known(environment: ["LSB_JOBINDEX": "5"], index: 5),
    Known(environment: ["SGE_TASK_ID": "1"], index: 1),
    Known(environment: ["CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"], index: 2, count: 3),
  ]

  @Test(arguments: known)
  func knownBases(known: Known) throws {
    let found = try index(known.environment)
    #expect(found.index == known.index && found.count == known.count)
  }

  /// `--array=0-7` and `--array=1-8` look alike from inside.
  @Test func slurmArraysAskForTheirBase() throws {
    let environment = ["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "1"]
    #expect(throws: HarnessError.self) { try index(environment) }
    #expect(try index(environment, base: 0).index == 4)
    let found = try index(environment, base: 1)
    // A part of an array that is submitted again counts only itself.
    #expect(found.index == 3 && found.count == nil && found.text == "SLURM_ARRAY_TASK_ID=3")
  }

  /// SLURM_PROCID is 0 in every task of an array.
  @Test func arrayTasksAreNotProcesses() throws {
    let environment = ["SLURM_ARRAY_TASK_ID": "5", "SLURM_PROCID": "0", "SLURM_NTASKS": "1"]
    #expect(try index(environment, base: 1).index == 5)
    #expect(throws: HarnessError.self) { try index(["SLURM_PROCID": "0"]) }
  }

  @Test func contradictionsNameBoth() throws {
    let environment = [
      "SLURM_PROCID": "1", "SLURM_NTASKS": "2", "OMPI_COMM_WORLD_RANK": "0",
      "OMPI_COMM_WORLD_SIZE": "2",
    ]
    let error = #expect(throws: HarnessError.self) { try index(environment) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("SLURM_PROCID=1") && text.contains("OMPI_COMM_WORLD_RANK=0"), "\(text)")
    #expect(try index(environment, named: "OMPI_COMM_WORLD_RANK").index == 1)
    var agreeing = environment
    agreeing["SLURM_PROCID"] = "0"
    #expect(try index(agreeing).index == 1)
  }

  static let wrong: [[String: String]] = [
    [:], ["SGE_TASK_ID": "undefined"], ["PMI_RANK": "x"], ["PMI_RANK": "-1"],
    ["SGE_TASK_ID": "0"],
  ]

  @Test(arguments: wrong)
  func whatIsNoIndex(environment: [String: String]) {
    #expect(throws: HarnessError.self) { try index(environment) }
  }
}
