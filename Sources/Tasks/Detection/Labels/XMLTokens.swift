/// The tags and texts of an XML document, as far as annotation tools use the language: attributes, comments, instructions and
/// a document type without declarations are skipped; entities are XML's five and characters by number.
struct XMLTokens {
  enum Token {
    case begin(String)
    case end(String)
    case text(String)
  }

  private let bytes: [UInt8]
  private var place = 0
  /// The end of an element that is empty.
  private var pending: Token?

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func next() throws(XMLError) -> Token? {
    if let token = pending {
      pending = nil
      return token
    }
    while place < bytes.count {
      if skips("<!--") {
        _ = try content(until: "-->")
      } else if skips("<![CDATA[") {
        return .text(try content(until: "]]>"))
      } else if skips("<?") {
        _ = try content(until: "?>")
      } else if skips("<!") {
        guard try !content(until: ">").contains("[") else { throw fault("declarations of its own") }
      } else if skips("</") {
        return .end(Self.name(try content(until: ">")))
      } else if skips("<") {
        return try begin()
      } else {
        return .text(try text())
      }
    }
    return nil
  }

  func fault(_ reason: String) -> XMLError {
    let line = 1 + bytes[..<min(place, bytes.count)].count { $0 == UInt8(ascii: "\n") }
    return XMLError(line: line, reason: reason)
  }

  private mutating func begin() throws(XMLError) -> Token {
    let tag = try tag()
    let isEmpty = tag.hasSuffix("/")
    let name = Self.name(isEmpty ? String(tag.dropLast()) : tag)
    guard !name.isEmpty else { throw fault("a tag without a name") }
    if isEmpty { pending = .end(name) }
    return .begin(name)
  }

  /// Up to the `>` that is in no quotes.
  private mutating func tag() throws(XMLError) -> String {
    let start = place
    var quote: UInt8?
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return String(decoding: bytes[start..<place - 1], as: UTF8.self)
      }
    }
    throw fault("it ends too early")
  }

  private mutating func text() throws(XMLError) -> String {
    let end = bytes[place...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
    let parts = String(decoding: bytes[place..<end], as: UTF8.self)
      .split(separator: "&", omittingEmptySubsequences: false)
    var text = String(parts[0])
    for part in parts.dropFirst() {
      guard let semicolon = part.firstIndex(of: ";"),
        let character = Self.character(part[..<semicolon])
      else { throw fault("an entity that is not XML's own") }
      text.append(character)
      text += part[part.index(after: semicolon)...]
    }
    place = end
    return text
  }

  private static func character(_ entity: Substring) -> Character? {
    let own: [Substring: Character] = [
      "lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'",
    ]
    if let character = own[entity] { return character }
    let number =
      entity.hasPrefix("#x")
      ? UInt32(entity.dropFirst(2), radix: 16)
      : entity.hasPrefix("#") ? UInt32(entity.dropFirst(1)) : nil
    return number.flatMap(Unicode.Scalar.init).map(Character.init)
  }

  /// What comes before the white space after a name.
  private static func name(_ tag: String) -> String {
    String(tag.prefix { !$0.isWhitespace })
  }

  private mutating func skips(_ mark: StaticString) -> Bool {
    let isThere = matches(mark, at: place)
    if isThere { place += mark.utf8CodeUnitCount }
    return isThere
  }

  private mutating func content(until mark: StaticString) throws(XMLError) -> String {
    var end = place
    while end < bytes.count, !matches(mark, at: end) { end += 1 }
    guard end < bytes.count else { throw fault("it ends too early") }
    defer { place = end + mark.utf8CodeUnitCount }
    return String(decoding: bytes[place..<end], as: UTF8.self)
  }

  private func matches(_ mark: StaticString, at place: Int) -> Bool {
    mark.withUTF8Buffer { bytes[place...].starts(with: $0) }
  }
}
