import ArgumentParser

/// What every command takes.
struct GeneralOptions: ParsableArguments {
  /// Read before anything is parsed (`ArgumentDefaults`), so nothing reads it here.
  @Option(
    help: ArgumentHelp(
      "Take options that are not typed from this file, TOML or JSON; environment variables CALIBRANT_… go before it.",
      valueName: "file"),
    completion: .file())
  var config: String?
}
