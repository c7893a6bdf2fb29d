/// Which of a job's tasks this process is, as the scheduler that started it says in its environment.
public struct SchedulerIndex: Equatable, Sendable {
  /// How one scheduler says it.
  struct Variable: Sendable {
    let name: String
    /// The index of the first task; nil where that is for users to choose.
    let base: Int?
    /// The variable with the number of tasks, where it can be trusted: of an array that is submitted again in part, it is that
    /// part's.
    var count: String?
  }

  /// To know another scheduler, add its line.
  static let variables = [
    Variable(name: "SLURM_ARRAY_TASK_ID", base: nil),
    Variable(name: "SLURM_PROCID", base: 0, count: "SLURM_NTASKS"),
    Variable(name: "OMPI_COMM_WORLD_RANK", base: 0, count: "OMPI_COMM_WORLD_SIZE"),
    Variable(name: "PMI_RANK", base: 0, count: "PMI_SIZE"),
    Variable(name: "JOB_COMPLETION_INDEX", base: 0),
    Variable(name: "AWS_BATCH_JOB_ARRAY_INDEX", base: 0),
    Variable(name: "PBS_ARRAY_INDEX", base: nil),
    Variable(name: "PBS_ARRAYID", base: nil),
    Variable(name: "LSB_JOBINDEX", base: 1),
    Variable(name: "SGE_TASK_ID", base: 1),
    Variable(name: "CI_NODE_INDEX", base: 1, count: "CI_NODE_TOTAL"),
  ]

  /// From 1.
  public let index: Int
  /// nil where the environment cannot be trusted with it.
  public let count: Int?
  /// `OMPI_COMM_WORLD_RANK=3`
  public let text: String

  /// - Parameters:
  ///   - base: the index of the first task, where the scheduler leaves it to users.
  ///   - name: the variable to believe; nil looks at all.
  /// - Throws: `HarnessError.badOption` where there is none, or where two contradict each other.
  public init(
    in environment: [String: String], base: Int?, named name: String? = nil
  ) throws(HarnessError) {
    var found: [SchedulerIndex] = []
    for variable in Self.variables where name == nil || name == variable.name {
      if let index = try Self.index(variable, environment, base: base) { found.append(index) }
    }
    guard let first = found.first else {
      let names = name.map { [$0] } ?? Self.variables.map(\.name)
      throw .badOption(
        "--shard asks the environment for an index, which has none of \(names.joined(separator: ", ")); --shard I/N gives it"
      )
    }
    if let other = found.first(where: { $0.index != first.index }) {
      throw .badOption(
        "\(first.text) and \(other.text) contradict each other; --shard I/N, or --shard with the name of one of them, decides"
      )
    }
    self = found.first { $0.count != nil } ?? first
  }

  private init(index: Int, count: Int?, text: String) {
    (self.index, self.count, self.text) = (index, count, text)
  }

  private static func index(
    _ variable: Variable, _ environment: [String: String], base: Int?
  ) throws(HarnessError) -> SchedulerIndex? {
    guard let value = environment[variable.name], counts(variable, environment) else { return nil }
    let text = "\(variable.name)=\(value)"
    // Outside of an array SGE says so in words.
    if value == "undefined" || value.isEmpty { return nil }
    guard let number = Int(value), number >= 0 else {
      throw .badOption("\(text) is no index")
    }
    guard let first = variable.base ?? base else {
      throw .badOption(
        "\(text) can be counted from 0 or from 1: --shard-base says from which your tasks are numbered"
      )
    }
    guard number >= first else {
      throw .badOption("\(text) is less than the first index, \(first)")
    }
    return SchedulerIndex(
      index: number - first + 1,
      count: variable.count.flatMap { environment[$0].flatMap { Int($0) } },
      text: text)
  }

  /// Every task of a Slurm array, and every job's batch script, is process 0 of a step of its own.
  private static func counts(_ variable: Variable, _ environment: [String: String]) -> Bool {
    guard variable.name == "SLURM_PROCID" else { return true }
    return environment["SLURM_NTASKS"].flatMap { Int($0) } ?? 1 > 1
  }
}
