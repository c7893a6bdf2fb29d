/// Reads the Python dictionary of an `.npy` header: `{'descr': '<f4', 'fortran_order': False,
/// 'shape': (3, 4), }`.
struct NPYHeaderParser {
  struct Fields {
    var descriptor: String
    var isFortranOrder: Bool
    var shape: [Int]
  }

  private let text: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func fields() throws(NPYProblem) -> Fields {
    var descriptor: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !accept("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where descriptor == nil: descriptor = try typeDescriptor()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
      case "shape" where shape == nil: shape = try tuple()
      default: throw .badHeader("unexpected key '\(key)'")
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    skipBlanks()
    guard position == text.count else { throw .badHeader("text follows the dictionary") }
    guard let descriptor, let isFortranOrder, let shape else {
      throw .badHeader("it needs the keys 'descr', 'fortran_order' and 'shape'")
    }
    return Fields(descriptor: descriptor, isFortranOrder: isFortranOrder, shape: shape)
  }

  /// A simple type's name. Types with fields are written as lists.
  private mutating func typeDescriptor() throws(NPYProblem) -> String {
    skipBlanks()
    if position < text.count, text[position] == UInt8(ascii: "[") {
      throw .unsupportedType("a record of fields")
    }
    return try string()
  }

  private mutating func string() throws(NPYProblem) -> String {
    skipBlanks()
    guard position < text.count, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(text[position])
    else { throw .badHeader("expected a string at byte \(position)") }
    let quote = text[position]
    let rest = text[(position + 1)...]
    guard let end = rest.firstIndex(of: quote) else {
      throw .badHeader("a string is not closed")
    }
    position = end + 1
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  private mutating func boolean() throws(NPYProblem) -> Bool {
    if accept("True") { return true }
    if accept("False") { return false }
    throw .badHeader("'fortran_order' is neither True nor False")
  }

  private mutating func tuple() throws(NPYProblem) -> [Int] {
    var values: [Int] = []
    try expect("(")
    while !accept(")") {
      values.append(try integer())
      if !accept(",") {
        // "(3)" is a number in Python, not a tuple.
        guard values.count > 1 else { throw .badHeader("'shape' is not a tuple") }
        try expect(")")
        break
      }
    }
    return values
  }

  private mutating func integer() throws(NPYProblem) -> Int {
    skipBlanks()
    let digits = text[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard !digits.isEmpty else {
      throw .badHeader("'shape' holds something other than sizes")
    }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw .badHeader("'shape' holds a size that is too large")
    }
    position = digits.endIndex
    // Python 2 wrote long integers with a suffix.
    _ = accept("L")
    return value
  }

  private mutating func expect(_ token: String) throws(NPYProblem) {
    guard accept(token) else {
      throw .badHeader("expected '\(token)' at byte \(position)")
    }
  }

  private mutating func accept(_ token: String) -> Bool {
    skipBlanks()
    guard text[position...].starts(with: token.utf8) else { return false }
    position += token.utf8.count
    return true
  }

  private mutating func skipBlanks() {
    let blanks = text[position...].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    position = blanks.endIndex
  }
}
