import CalibrantHarness

/// What environment variables say of a command's options: `CALIBRANT_MAX_DROP=1`, a list with commas.
struct EnvironmentDefaults {
  let all: [ArgumentDefaults.Default]
  /// The configuration file to read.
  let configuration: String?

  init(of command: DeclaredCommand, in environment: [String: String]) throws {
    // An empty variable is as good as none.
    let set = environment.filter { !$0.value.isEmpty }
    configuration = set["CALIBRANT_CONFIG"]
    all = try command.configurable.compactMap { option in
      guard let variable = option.variables.first(where: { set[$0] != nil }),
        let value = set[variable]
      else { return nil }
      return .init(
        option: option, arguments: try Self.arguments(of: option, value, variable),
        origin: variable)
    }
  }

  private static func arguments(
    of option: DeclaredOption, _ value: String, _ variable: String
  ) throws -> [String] {
    guard option.kind == .flag else {
      return option.arguments(
        option.isRepeating ? value.split(separator: ",").map(String.init) : [value])
    }
    switch value.lowercased() {
    case "1", "true", "yes", "on": return option.arguments(true)
    case "0", "false", "no", "off": return option.arguments(false)
    default:
      throw HarnessError.badOption("\(variable)='\(value)' is neither true nor false")
    }
  }
}
