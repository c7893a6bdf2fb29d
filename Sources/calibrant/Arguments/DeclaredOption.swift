import Foundation

/// An option or a positional argument, as its command declares it to the parser.
struct DeclaredOption: Sendable {
  enum Kind: String, Decodable, Sendable { case positional, option, flag }

  let kind: Kind
  /// How it is typed, with dashes, long ones first; none for a positional argument.
  let spellings: [String]
  /// What configuration files and the environment call it: a letter only where there is no word.
  let names: [String]
  let isRepeating: Bool
  /// All that it takes; empty where that is no list.
  let choices: [String]
  /// The flag that says the contrary.
  fileprivate(set) var opposite: String?

  var name: String { names[0] }

  /// Whether something else than the command line may give it.
  var isConfigurable: Bool { !["help", "version", "config"].contains(name) }

  /// The environment variable that gives it.
  var variables: [String] {
    kind == .positional
      ? []
      : names.map { "CALIBRANT_" + $0.uppercased().replacing("-", with: "_") }
  }

  /// Whether what is typed so speaks of the option: it, or its contrary.
  func isDecided(by spelling: String) -> Bool {
    spellings.contains(spelling) || opposite == spelling
  }
}

/// A command, as the program declares it to the parser.
struct DeclaredCommand: Sendable {
  let name: String
  let isShown: Bool
  /// Positional arguments in their order, and options.
  let options: [DeclaredOption]

  var configurable: [DeclaredOption] { options.filter(\.isConfigurable) }

  func option(spelled spelling: String) -> DeclaredOption? {
    options.first { $0.spellings.contains(spelling) }
  }

  func option(named name: String) -> DeclaredOption? {
    configurable.first { $0.names.contains(name) }
  }

  /// Every command of the program.
  static let all: [DeclaredCommand] = {
    let description = Data(Calibrant._dumpHelp().utf8)
    guard let program = try? JSONDecoder().decode(Described.self, from: description) else {
      preconditionFailure("the parser's description of the program is not as it was")
    }
    return program.command.subcommands?.map(DeclaredCommand.init) ?? []
  }()

  static func named(_ name: String?) -> DeclaredCommand? { all.first { $0.name == name } }
}

/// What the parser says of a program as JSON, as far as it matters here.
private struct Described: Decodable {
  struct Command: Decodable {
    var commandName: String
    var shouldDisplay: Bool?
    var subcommands: [Command]?
    var arguments: [Argument]?
  }

  struct Argument: Decodable {
    var kind: DeclaredOption.Kind
    var names: [Name]?
    var valueName: String?
    var isRepeating: Bool
    var allValues: [String]?
  }

  struct Name: Decodable {
    var kind: String
    var name: String

    var isShort: Bool { kind == "short" }
  }

  var command: Command
}

extension DeclaredCommand {
  fileprivate init(_ command: Described.Command) {
    name = command.commandName
    isShown = command.shouldDisplay ?? true
    let options = (command.arguments ?? []).map(DeclaredOption.init)
    let flags = Set(options.filter { $0.kind == .flag }.flatMap(\.spellings))
    self.options = options.map { option in
      var option = option
      option.opposite = option.spellings.lazy.map(Self.opposite).first(where: flags.contains)
      return option
    }
  }

  private static func opposite(of flag: String) -> String {
    flag.hasPrefix("--no-") ? "--" + flag.dropFirst(5) : "--no-" + flag.dropFirst(2)
  }
}

extension DeclaredOption {
  fileprivate init(_ argument: Described.Argument) {
    kind = argument.kind
    isRepeating = argument.isRepeating
    choices = argument.allValues ?? []
    let names = argument.names ?? []
    let long = names.filter { !$0.isShort }.map(\.name)
    let short = names.filter(\.isShort).map(\.name)
    spellings = long.map { "--\($0)" } + short.map { "-\($0)" }
    self.names =
      kind == .positional ? [argument.valueName ?? "argument"] : long.isEmpty ? short : long
  }
}
