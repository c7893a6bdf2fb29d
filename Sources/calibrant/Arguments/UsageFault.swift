import CalibrantHarness

/// What is wrong with arguments that the parser refused, where that is a name or a value that does not exist: it comes before
/// anything that is missing.
enum UsageFault {
  /// - Parameter arguments: without the program's own path.
  static func first(in arguments: [String]) -> String? {
    guard let first = arguments.first else { return nil }
    if first.hasPrefix("-") {
      return "there is no option '\(first)' before a command"
        + NearestName.question(first, among: ["--help", "--version"])
    }
    guard let command = DeclaredCommand.named(first) else { return unknownCommand(first) }
    let typed = TypedArguments(arguments.dropFirst(), of: command)
    return typed.parts.lazy.compactMap { unknownOption($0, of: command) }.first
      ?? typed.parts.lazy.compactMap(unknownChoice).first
  }

  /// What is wrong with a question for help, which the parser takes for one about the whole program.
  static func inHelp(_ arguments: [String]) -> String? {
    guard arguments.first == "help", let name = arguments.dropFirst().first,
      !name.hasPrefix("-"), DeclaredCommand.named(name) == nil
    else { return nil }
    return unknownCommand(name)
  }

  private static func unknownCommand(_ name: String) -> String {
    let known = DeclaredCommand.all.filter(\.isShown).map(\.name)
    return "there is no command '\(name)'" + NearestName.question(name, among: known)
  }

  private static func unknownOption(
    _ part: TypedArguments.Part, of command: DeclaredCommand
  ) -> String? {
    guard case .unknownOption(let spelling) = part.role else { return nil }
    let known = command.configurable.flatMap(\.spellings)
    if let nearest = NearestName.of(spelling, among: known) {
      return "\(command.name) has no option '\(spelling)'; did you mean '\(nearest)'?"
    }
    let owners = DeclaredCommand.all.filter { $0.isShown && $0.option(spelled: spelling) != nil }
    let others =
      owners.isEmpty ? "" : "; it is one of \(owners.map(\.name).joined(separator: ", "))"
    return "\(command.name) has no option '\(spelling)'\(others)"
  }

  private static func unknownChoice(_ part: TypedArguments.Part) -> String? {
    guard let option = part.option, let value = part.value, !option.choices.isEmpty,
      !option.choices.contains(value)
    else { return nil }
    return Choice.refusal(option.spellings[0], value, among: option.choices)
  }
}

/// A value that is one of several names.
enum Choice {
  /// What is said of another one: "--task 'detektion' is none of classification, …; did you mean 'detection'?"
  static func refusal(_ option: String, _ value: String, among names: [String]) -> String {
    "\(option) '\(value)' is none of \(names.joined(separator: ", "))"
      + NearestName.question(value, among: names)
  }
}
