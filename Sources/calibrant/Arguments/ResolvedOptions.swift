import CalibrantHarness

/// The options of a command as a configuration file that gives them again.
enum ResolvedOptions {
  /// TOML, a table named by the command, in the order of the arguments.
  ///
  /// - Parameter arguments: the command's name first, as in `Invocation.arguments`, or those of them that are worth keeping
  ///   (`ReportedCommand.deciding`).
  static func toml(of arguments: [String]) -> String {
    guard let command = DeclaredCommand.named(arguments.first) else { return "" }
    let typed = TypedArguments(arguments.dropFirst(), of: command)
    let positionals = command.options.filter { $0.kind == .positional }
    let options = typed.parts.compactMap(\.option).reduce(into: [DeclaredOption]()) { all, option in
      if !all.contains(where: { $0.name == option.name }) { all.append(option) }
    }
    return ConfigurationText.toml(
      command.name,
      Self.named(typed.positionals, positionals)
        + options.map { ($0.name, value(of: $0, typed)) })
  }

  private static func value(
    of option: DeclaredOption, _ typed: TypedArguments
  ) -> ConfigurationValue {
    if option.kind == .flag { return .flag(true) }
    let values = typed.values(of: option.name).map(scalar)
    return option.isRepeating ? .list(values) : values.last ?? .text("")
  }

  /// Those of one value each, and then the one that takes the rest.
  private static func named(
    _ values: [String], _ options: [DeclaredOption]
  ) -> [(name: String, value: ConfigurationValue)] {
    var rest = values[...]
    return options.compactMap { option in
      guard let first = rest.first else { return nil }
      defer { rest = option.isRepeating ? [] : rest.dropFirst() }
      return (
        option.name, option.isRepeating && rest.count > 1 ? .list(rest.map(scalar)) : .text(first)
      )
    }
  }

  /// A number where it reads back as the same text.
  private static func scalar(_ text: String) -> ConfigurationValue {
    if let whole = Int(text), "\(whole)" == text { return .number(text) }
    if let number = Double(text), number.isFinite, "\(number)" == text { return .number(text) }
    return .text(text)
  }
}
