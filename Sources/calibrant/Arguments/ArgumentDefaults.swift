import CalibrantHarness

/// Options that are not typed: those of environment variables, and of a configuration file where no variable gives them.
///
/// They become arguments before anything is parsed, so that every option of every command has them.
struct ArgumentDefaults {
  struct Default {
    let option: DeclaredOption
    /// None for a flag that is off.
    let arguments: [String]
    /// A variable's name, or a file's.
    let origin: String
  }

  let command: DeclaredCommand
  let all: [Default]

  /// nil where there are none for what is typed.
  ///
  /// - Parameter arguments: as typed, without the program's own path.
  init?(for arguments: [String], in environment: [String: String]) throws {
    let isConfigured = arguments.contains { $0 == "--config" || $0.hasPrefix("--config=") }
    guard isConfigured || environment.keys.contains(where: { $0.hasPrefix("CALIBRANT_") }),
      let command = DeclaredCommand.named(arguments.first), command.isShown
    else { return nil }
    let typed = TypedArguments(arguments.dropFirst(), of: command)
    // Help must not depend on any file.
    guard typed.command.options.filter({ $0.name == "help" }).allSatisfy({ !typed.holds($0) })
    else { return nil }
    let variables = try EnvironmentDefaults(of: command, in: environment)
    let given = Set(variables.all.map(\.option.name))
    let path = typed.values(of: "config").last ?? variables.configuration
    let file = try path.map { try ConfigurationDefaults(of: command, from: $0).all } ?? []
    self.command = command
    all = variables.all + file.filter { !given.contains($0.option.name) }
  }

  func value(of name: String) -> String? {
    let arguments = all.first { $0.option.names.contains(name) }?.arguments
    return arguments.map { TypedArguments($0, of: command).values(of: name) }?.last
  }

  /// Those that count beside what is typed, which overrules them; of positional arguments all are typed, or none.
  func effective(beside arguments: [String]) -> [Default] {
    let typed = TypedArguments(arguments.dropFirst(), of: command)
    return all.filter { !typed.holds($0.option) }
  }

  /// What is to be parsed.
  ///
  /// - Parameter arguments: with the command's name first.
  func applied(to arguments: [String]) -> [String] {
    let typed = TypedArguments(arguments.dropFirst(), of: command)
    return [command.name] + effective(beside: arguments).flatMap(\.arguments)
      + typed.arguments(without: ["config"])
  }

  /// Where options came from that nobody typed; nil where all were typed.
  func origins(beside arguments: [String]) -> String? {
    let named = effective(beside: arguments).filter { !$0.arguments.isEmpty }
      .map { "\($0.arguments.joined(separator: " ")) from \($0.origin)" }
    return named.isEmpty ? nil : "Not typed: \(named.joined(separator: ", "))"
  }
}

extension DeclaredOption {
  /// The option as arguments.
  func arguments(_ texts: [String]) -> [String] {
    switch kind {
    // Positional arguments are paths, which must not look like options.
    case .positional: texts.map { $0.hasPrefix("-") ? "./" + $0 : $0 }
    case .flag: [spellings[0]]
    case .option:
      // A value that looks like an option is bound to its own.
      (isRepeating ? texts : [texts.joined(separator: ",")]).flatMap { text in
        text.hasPrefix("-") && text != "-"
          ? ["\(spellings[0])=\(text)"] : [spellings[0], text]
      }
    }
  }

  func arguments(_ isOn: Bool) -> [String] {
    isOn ? [spellings[0]] : [opposite].compactMap(\.self)
  }
}
