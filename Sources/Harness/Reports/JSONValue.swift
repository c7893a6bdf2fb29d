/// JSON whose keys keep their order, so that equal results are equal files.
public indirect enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  /// Many numbers on one line: a column of a table.
  case integers([Int])
  case numbers([Double])
  case object([Member])

  public struct Member: Sendable, Hashable {
    public var key: String
    public var value: JSONValue

    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// A member of an object, where there is a value: what results of earlier versions do not have stays out.
  static func present(_ key: String, _ value: JSONValue?) -> [Member] {
    value.map { [Member(key, $0)] } ?? []
  }

  /// Two spaces per level, short arrays of scalars on one line, a newline at the end. Numbers are
  /// the shortest that read back the same; what JSON cannot say (NaN, infinity) becomes null.
  public var text: String {
    var text = ""
    write(to: &text, indent: "")
    return text + "\n"
  }

  private var isScalar: Bool {
    switch self {
    case .array, .integers, .numbers, .object: false
    default: true
    }
  }

  private func write(to text: inout String, indent: String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.write(value, to: &text)
    case .array(let items):
      let isFlat = items.count <= 4 && items.allSatisfy(\.isScalar)
      Self.write(items, in: ("[", "]"), isFlat: isFlat, to: &text, indent) { item, text, inner in
        item.write(to: &text, indent: inner)
      }
    case .integers(let items): text += Self.line(items)
    case .numbers(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += "," }
        JSONValue.number(item).write(to: &text, indent: "")
      }
      text += "]"
    case .object(let members):
      Self.write(members, in: ("{", "}"), isFlat: members.isEmpty, to: &text, indent) {
        member, text, inner in
        Self.write(member.key, to: &text)
        text += ": "
        member.value.write(to: &text, indent: inner)
      }
    }
  }

  private static func line(_ items: [Int]) -> String {
    var bytes = [UInt8(ascii: "[")]
    for (index, item) in items.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      Decimal.append(item, to: &bytes)
    }
    return String(decoding: bytes, as: UTF8.self) + "]"
  }

  private static func write<Item>(
    _ items: [Item], in brackets: (String, String), isFlat: Bool, to text: inout String,
    _ indent: String, writeItem: (Item, inout String, String) -> Void
  ) {
    let inner = indent + "  "
    text += brackets.0
    for (index, item) in items.enumerated() {
      if index > 0 { text += isFlat ? ", " : "," }
      if !isFlat { text += "\n" + inner }
      writeItem(item, &text, inner)
    }
    if !isFlat { text += "\n" + indent }
    text += brackets.1
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    let isPlain = string.utf8.allSatisfy {
      0x20..<0x7F ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    if isPlain {
      text += string
      text += "\""
      return
    }
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // C1 controls, too, start escape sequences in some terminals.
      case _ where scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

/// What has one form in JSON.
protocol JSONConvertible {
  var json: JSONValue { get }
}

extension Int: JSONConvertible {
  var json: JSONValue { .int(self) }
}

extension Double: JSONConvertible {
  var json: JSONValue { .number(self) }
}

extension String: JSONConvertible {
  var json: JSONValue { .string(self) }
}

extension Array: JSONConvertible where Element: JSONConvertible {
  var json: JSONValue { .array(map(\.json)) }
}

extension Optional: JSONConvertible where Wrapped: JSONConvertible {
  var json: JSONValue { self?.json ?? .null }
}

extension Interval: JSONConvertible {
  var json: JSONValue { .array([.number(lower), .number(upper)]) }
}

extension MedianRatio: JSONConvertible {
  var json: JSONValue {
    .object([.init("ratio", ratio), .init("interval", interval), .init("rounds", rounds)])
  }
}

extension Verdict: JSONConvertible {
  var json: JSONValue { .string(rawValue) }
}

extension JSONValue.Member {
  init(_ key: String, _ value: some JSONConvertible) { self.init(key, value.json) }
}
