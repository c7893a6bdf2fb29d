/// The grammar of TOML that options need: strings, decimal numbers, true and false, lists and tables (TOML 1.0, section by
/// section as the functions are named).
///
/// toml++ (in TOMLKit 0.6.0) ends the program at some texts that are no TOML, such as "[}" or a time without its hours. So
/// what does not follow the grammar, or is nothing that options need, is refused before it comes there; what strings and
/// numbers mean, and which keys may stand together, is read there alone.
struct PlainTOML {
  private var rest: Substring.UnicodeScalarView
  private var line = 1

  /// Lists and tables within one another, and parts of a key, which name tables: toml++ takes them apart recursively.
  private static let deepest = 16

  private init(_ text: String) { rest = text[...].unicodeScalars }

  /// - Throws: what stands where nothing that options need can stand, with its line.
  static func check(_ text: String) throws(ConfigurationSyntaxError) {
    var text = PlainTOML(text)
    text.take("\u{FEFF}")
    repeat { try text.expression() } while try text.endLine()
  }

  /// A table's name, a key with its value, or nothing.
  private mutating func expression() throws(ConfigurationSyntaxError) {
    skipSpace()
    switch rest.first {
    case nil, "\n", "\r", "#": return
    case "[": try header()
    default: try pair(depth: 0)
    }
  }

  private mutating func header() throws(ConfigurationSyntaxError) {
    let brackets = rest.starts(with: "[[".unicodeScalars) ? 2 : 1
    rest = rest.dropFirst(brackets)
    try key()
    for _ in 0..<brackets { try expect("]", "after a table's name") }
  }

  private mutating func pair(depth: Int) throws(ConfigurationSyntaxError) {
    try key()
    try expect("=", "after a key")
    skipSpace()
    try value(depth: depth)
  }

  private mutating func key() throws(ConfigurationSyntaxError) {
    var parts = 0
    repeat {
      parts += 1
      guard parts <= Self.deepest else { throw refusal("no option takes tables as deep as this") }
      try name()
    } while takeAfterSpace(".")
  }

  private mutating func name() throws(ConfigurationSyntaxError) {
    skipSpace()
    if let quote {
      guard !isLong(quote) else { throw refusal("a key is no text of several lines") }
      try string(quote)
    } else {
      guard !word(allowing: "_-").isEmpty else { throw refusal("a name must stand here") }
    }
  }

  private mutating func value(depth: Int) throws(ConfigurationSyntaxError) {
    guard depth < Self.deepest else { throw refusal("no option takes lists as deep as this") }
    if let quote { return try string(quote) }
    if take("[") { return try array(depth: depth + 1) }
    if take("{") { return try inlineTable(depth: depth + 1) }
    let text = word(allowing: "_-+.:")
    guard !text.isEmpty else { throw refusal("a value must stand here") }
    guard text == "true" || text == "false" || Self.isDecimal(text) else {
      throw refusal("'\(text)' is no decimal number, true or false; quotes make it text")
    }
  }

  private mutating func array(depth: Int) throws(ConfigurationSyntaxError) {
    try skipLines()
    while !take("]") {
      try value(depth: depth)
      try skipLines()
      guard take(",") else { return try expect("]", "or ',' after a list's value") }
      try skipLines()
    }
  }

  private mutating func inlineTable(depth: Int) throws(ConfigurationSyntaxError) {
    skipSpace()
    guard !take("}") else { return }
    repeat { try pair(depth: depth) } while takeAfterSpace(",")
    try expect("}", "or ',' after a table's value")
  }

  /// Past a string and its quotes; what its escapes mean is not looked at.
  private mutating func string(_ quote: Unicode.Scalar) throws(ConfigurationSyntaxError) {
    let (first, isLong) = (line, isLong(quote))
    rest = rest.dropFirst(isLong ? 3 : 1)
    while let next = rest.first {
      if next == quote, !isLong || self.isLong(quote) {
        rest = rest.dropFirst(isLong ? 3 : 1)
        // One or two quotes before the closing ones are the text's last characters.
        if isLong { rest = rest.dropFirst(rest.prefix(2).prefix { $0 == quote }.count) }
        return
      }
      if next == "\\", quote == "\"" { rest.removeFirst() }
      if rest.first == "\n" {
        guard isLong else { break }
        line += 1
      }
      rest = rest.dropFirst()
    }
    line = first
    throw refusal("a text begins that has no closing quotes")
  }

  private var quote: Unicode.Scalar? {
    rest.first.flatMap { "\"'".unicodeScalars.contains($0) ? $0 : nil }
  }

  private func isLong(_ quote: Unicode.Scalar) -> Bool { rest.starts(with: [quote, quote, quote]) }

  private mutating func word(allowing others: String) -> String {
    let word = rest.prefix {
      switch $0 {
      case "a"..."z", "A"..."Z", "0"..."9": true
      default: others.unicodeScalars.contains($0)
      }
    }
    rest = rest.dropFirst(word.count)
    return String(word)
  }

  private static func isDecimal(_ text: String) -> Bool {
    text.wholeMatch(of: /[+-]?[0-9]+(_[0-9]+)*(\.[0-9]+(_[0-9]+)*)?([eE][+-]?[0-9]+)?/) != nil
  }

  private mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\t" } }

  /// Past line ends and comments, which stand between a list's values.
  private mutating func skipLines() throws(ConfigurationSyntaxError) {
    skipSpace()
    while let next = rest.first, "\r\n#".unicodeScalars.contains(next), try endLine() {
      skipSpace()
    }
  }

  /// Past a comment and the line's end.
  ///
  /// - Returns: whether there was one before the text's end.
  private mutating func endLine() throws(ConfigurationSyntaxError) -> Bool {
    skipSpace()
    if rest.first == "#" { rest = rest.drop { $0 != "\n" && $0 != "\r" } }
    guard !rest.isEmpty else { return false }
    take("\r")
    guard take("\n") else { throw refusal("the line must end here") }
    line += 1
    return true
  }

  @discardableResult private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func takeAfterSpace(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    return take(scalar)
  }

  private mutating func expect(
    _ scalar: Unicode.Scalar, _ place: String
  ) throws(ConfigurationSyntaxError) {
    guard takeAfterSpace(scalar) else { throw refusal("'\(scalar)' must stand \(place)") }
  }

  private func refusal(_ reason: String) -> ConfigurationSyntaxError {
    ConfigurationSyntaxError(reason: "it is no TOML that options take: line \(line): \(reason)")
  }
}
