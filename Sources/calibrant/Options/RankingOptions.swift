import ArgumentParser

/// Which of a model's outputs is ranked.
struct RankingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The output that holds the class scores (default: the first that looks like it).",
      valueName: "name"))
  var output: String?
}
