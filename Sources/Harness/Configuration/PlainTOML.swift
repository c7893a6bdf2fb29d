/// The part of TOML that options need: strings, decimal numbers, true and false, lists and tables.
///
/// toml++ (in TOMLKit 0.6.0) ends the program at some texts that are no TOML, such as "[," or a time without its hours. What
/// options do not need is refused before it comes there.
struct PlainTOML {
  private var rest: Substring.UnicodeScalarView
  private var line = 1
  private var isAtStart = true

  private init(_ text: String) { rest = text[...].unicodeScalars }

  /// - Throws: what stands where nothing that options need can stand, with its line.
  static func check(_ text: String) throws(ConfigurationSyntaxError) {
    var scan = PlainTOML(text)
    if scan.rest.first == "\u{FEFF}" { scan.rest.removeFirst() }
    while let next = scan.rest.first { try scan.take(next) }
  }

  private mutating func take(_ next: Unicode.Scalar) throws(ConfigurationSyntaxError) {
    switch next {
    case "\n":
      rest.removeFirst()
      (line, isAtStart) = (line + 1, true)
      return
    case " ", "\t", "\r": rest.removeFirst()
    case "#": rest = rest.drop { $0 != "\n" }
    case "\"", "'":
      isAtStart = false
      skipString(next)
    case "[" where isAtStart: try header()
    case "=", ",", "[", "]", "{", "}":
      isAtStart = false
      rest.removeFirst()
    default:
      isAtStart = false
      try word()
    }
  }

  /// No option takes lists in lists, so that a line that begins with a bracket names a table.
  private mutating func header() throws(ConfigurationSyntaxError) {
    isAtStart = false
    for _ in 0..<2 where rest.first == "[" {
      rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
    }
    guard let first = rest.first,
      Self.isLetter(first) || Self.isDigit(first) || "_\"'".unicodeScalars.contains(first)
    else { throw refusal("a table's name must follow '['") }
  }

  /// A key, a number, true or false.
  private mutating func word() throws(ConfigurationSyntaxError) {
    let word = rest.prefix {
      Self.isLetter($0) || Self.isDigit($0) || "_-+.".unicodeScalars.contains($0)
    }
    guard let first = word.first else {
      throw refusal("\(String(rest.prefix(1)).debugDescription) has no place outside of quotes")
    }
    rest = rest.dropFirst(word.count)
    guard !Self.isLetter(first), first != "_" else { return }
    let text = String(word)
    guard
      text.wholeMatch(of: /[+-]?[0-9]+(_[0-9]+)*(\.[0-9]+(_[0-9]+)*)?([eE][+-]?[0-9]+)?/) != nil,
      rest.first != ":"
    else { throw refusal("'\(text)' is no decimal number; quotes make it text") }
  }

  /// Past a string's end, or that of its line where it has none.
  private mutating func skipString(_ quote: Unicode.Scalar) {
    let isLong = rest.starts(with: [quote, quote, quote])
    rest = rest.dropFirst(isLong ? 3 : 1)
    while let next = rest.first {
      if next == quote, !isLong || rest.starts(with: [quote, quote, quote]) {
        rest = rest.dropFirst(isLong ? 3 : 1)
        return
      }
      if next == "\n" {
        guard isLong else { return }
        line += 1
      }
      rest = rest.dropFirst(next == "\\" && quote == "\"" ? 2 : 1)
    }
  }

  private func refusal(_ reason: String) -> ConfigurationSyntaxError {
    ConfigurationSyntaxError(reason: "it is no TOML that options take: line \(line): \(reason)")
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
