import CalibrantHarness

/// What a configuration file says of a command's options: those under the command's name, and those at the top where these say
/// nothing.
struct ConfigurationDefaults {
  let all: [ArgumentDefaults.Default]

  /// - Throws: for a name that no command knows, wherever it is, and for a value that the option does not take.
  init(of command: DeclaredCommand, from path: String) throws {
    let file = try ConfigurationFile(contentsOf: path)
    try Self.check(file)
    var own: [String: ConfigurationValue] = [:]
    if case .table(let entries)? = file.entries[command.name] { own = entries }
    all = try command.configurable.compactMap { option in
      guard let value = Self.value(of: option, own) ?? Self.value(of: option, file.entries) else {
        return nil
      }
      return .init(
        option: option, arguments: try Self.arguments(of: option, value, path), origin: path)
    }
  }

  private static func value(
    of option: DeclaredOption, _ entries: [String: ConfigurationValue]
  ) -> ConfigurationValue? {
    option.names.lazy.compactMap { entries[$0] }.first
  }

  private static func check(_ file: ConfigurationFile) throws {
    let commands = DeclaredCommand.all.filter(\.isShown)
    let options = commands.flatMap { $0.configurable.flatMap(\.names) }
    for (key, value) in file.entries.sorted(by: { $0.key < $1.key }) {
      if case .table(let entries) = value, let command = commands.first(where: { $0.name == key }) {
        try check(entries.keys.sorted(), of: command, file.path)
      } else if !options.contains(key) {
        let isTable = if case .table = value { true } else { false }
        let known = isTable ? commands.map(\.name) + options : options
        throw HarnessError.badOption(
          "\(file.path): there is no \(isTable ? "command" : "option") '\(key)'"
            + NearestName.question(key, among: known))
      }
    }
  }

  private static func check(
    _ keys: [String], of command: DeclaredCommand, _ path: String
  ) throws {
    for key in keys where command.option(named: key) == nil {
      throw HarnessError.badOption(
        "\(path): \(command.name) has no option '\(key)'"
          + NearestName.question(key, among: command.configurable.flatMap(\.names)))
    }
  }

  private static func arguments(
    of option: DeclaredOption, _ value: ConfigurationValue, _ path: String
  ) throws -> [String] {
    if option.kind == .flag {
      guard case .flag(let isOn) = value else {
        throw HarnessError.badOption("\(path): '\(option.name)' is true or false")
      }
      return option.arguments(isOn)
    }
    guard let texts = value.texts else {
      throw HarnessError.badOption(
        "\(path): '\(option.name)' takes a number, a text, or a list of these")
    }
    guard option.kind == .option || option.isRepeating || texts.count == 1 else {
      throw HarnessError.badOption("\(path): '\(option.name)' is one file")
    }
    return texts.isEmpty ? [] : option.arguments(texts)
  }
}
