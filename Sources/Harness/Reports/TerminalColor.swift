/// Verdict words in colour, for terminals.
public enum TerminalColor {
  /// When there are colours.
  public enum Choice: String, CaseIterable, Sendable {
    /// Where the output goes to a terminal, and `isAllowed`.
    case auto
    case always, never

    public func isColored(isTerminal: Bool, in environment: [String: String]) -> Bool {
      switch self {
      case .auto: isTerminal && TerminalColor.isAllowed(by: environment)
      case .always: true
      case .never: false
      }
    }
  }

  /// Whether output that goes to a terminal may have colours: NO_COLOR is unset or empty (no-color.org) and
  /// the terminal is not a dumb one.
  public static func isAllowed(by environment: [String: String]) -> Bool {
    (environment["NO_COLOR"] ?? "").isEmpty && !["", "dumb"].contains(environment["TERM"] ?? "")
  }

  /// `text` with every verdict coloured and nothing else changed.
  public static func painted(_ text: String) -> String {
    var result = ""
    var word = ""
    for character in text {
      if character.isLetter {
        word.append(character)
      } else {
        result += painted(word: word)
        result.append(character)
        word = ""
      }
    }
    return result + painted(word: word)
  }

  private static func painted(word: String) -> String {
    codes[word].map { "\u{1B}[\($0)m\(word)\u{1B}[0m" } ?? word
  }

  /// SGR codes (ECMA-48, section 8.3.117): bold, and green, red or yellow.
  private static let codes = [
    "PASS": "1;32", "BETTER": "1;32", "FAIL": "1;31", "WORSE": "1;31", "INCONCLUSIVE": "1;33",
  ]
}
