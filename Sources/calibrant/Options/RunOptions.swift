import ArgumentParser
import CalibrantHarness

/// How the work is done; none of it changes a result.
struct RunOptions: ParsableArguments {
  @Option(help: "Workers (default: one per core).")
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      "Accepted for scripts. Which images share a computation follows from the data alone, so results are the same for any value.",
      visibility: .hidden))
  var batch: Int?

  @Flag(help: "No progress on standard error.")
  var quiet = false

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1") }
    if let batch, batch < 1 { throw ValidationError("--batch must be at least 1") }
  }

  /// Each has memory of its own, and more than there are cores win nothing.
  private static let mostWorkers = 512

  var workers: Int { min(jobs ?? MachineFacts.cores, Self.mostWorkers) }

  func context(seed: UInt64 = 0) -> RunContext {
    var context = RunContext(jobs: workers, seed: seed, isQuiet: quiet)
    context.options = ResolvedOptions.toml(of: ReportedCommand.arguments(Invocation.arguments))
    return context
  }
}
