import ArgumentParser

/// For commands that take no other `RunOptions`.
struct QuietFlag: ParsableArguments {
  @Flag(help: "No notes on standard error.")
  var quiet = false
}
