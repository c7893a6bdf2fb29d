import ArgumentParser
import CalibrantHarness

extension TerminalColor.Choice: ExpressibleByArgument {}

/// What every command takes.
struct GeneralOptions: ParsableArguments {
  /// Read before anything is parsed (`ArgumentDefaults`), so nothing reads it here.
  @Option(
    help: ArgumentHelp(
      "Take options that are not typed from this file, TOML or JSON; environment variables CALIBRANT_… go before it.",
      valueName: "file"),
    completion: .file())
  var config: String?

  @Option(
    help: ArgumentHelp(
      "Verdicts in colour: auto on terminals, unless NO_COLOR is set.",
      valueName: "auto|always|never"))
  var color = TerminalColor.Choice.auto
}
