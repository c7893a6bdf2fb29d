/// Arguments of a command, told apart by the options that it declares.
struct TypedArguments {
  /// An option with its value, or what is none.
  struct Part {
    enum Role {
      case option(DeclaredOption, spelling: String)
      case unknownOption(String)
      case positional
      /// "--", after which nothing is an option.
      case terminator
    }

    let role: Role
    /// As they were typed.
    let arguments: [String]
    /// Of an option that has one, or the positional argument itself.
    let value: String?

    var option: DeclaredOption? {
      if case .option(let option, _) = role { option } else { nil }
    }
  }

  let command: DeclaredCommand
  private(set) var parts: [Part] = []

  /// - Parameter arguments: without the command's name.
  init(_ arguments: some Sequence<String>, of command: DeclaredCommand) {
    self.command = command
    var rest = Array(arguments)[...]
    var isTerminated = false
    while let argument = rest.popFirst() {
      if isTerminated || !Self.looksLikeOption(argument) {
        parts.append(Part(role: .positional, arguments: [argument], value: argument))
      } else if argument == "--" {
        isTerminated = true
        parts.append(Part(role: .terminator, arguments: [argument], value: nil))
      } else {
        parts.append(option(argument, &rest))
      }
    }
  }

  private func option(_ argument: String, _ rest: inout ArraySlice<String>) -> Part {
    let sides = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let spelling = String(sides[0])
    let attached = sides.count == 2 ? String(sides[1]) : nil
    guard let option = command.option(spelled: spelling) else {
      return Part(role: .unknownOption(spelling), arguments: [argument], value: attached)
    }
    let role = Part.Role.option(option, spelling: spelling)
    guard option.kind == .option, attached == nil, let next = rest.first,
      !Self.looksLikeOption(next)
    else { return Part(role: role, arguments: [argument], value: attached) }
    rest.removeFirst()
    return Part(role: role, arguments: [argument, next], value: next)
  }

  /// A dash alone is a file.
  private static func looksLikeOption(_ argument: String) -> Bool {
    argument.hasPrefix("-") && argument != "-"
  }

  var positionals: [String] {
    parts.compactMap { if case .positional = $0.role { $0.value } else { nil } }
  }

  func values(of name: String) -> [String] {
    parts.filter { $0.option?.names.contains(name) ?? false }.compactMap(\.value)
  }

  /// Whether the option is there, or the flag that says its contrary.
  func holds(_ option: DeclaredOption) -> Bool {
    if option.kind == .positional { return !positionals.isEmpty }
    return parts.contains { part in
      guard case .option(_, let spelling) = part.role else { return false }
      return option.isDecided(by: spelling)
    }
  }

  /// Options alone, as they were typed.
  func options(without names: Set<String>) -> [String] {
    parts.filter { part in part.option.map { names.isDisjoint(with: $0.names) } ?? false }
      .flatMap(\.arguments)
  }

  /// As they were typed, without these options.
  func arguments(without names: Set<String> = []) -> [String] {
    parts.filter { names.isDisjoint(with: $0.option?.names ?? []) }.flatMap(\.arguments)
  }
}
