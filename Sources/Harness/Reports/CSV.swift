/// Comma-separated values as RFC 4180 has them, with plain newlines.
///
/// Text that a spreadsheet would take for a formula gets an apostrophe before it, which it shows as text (OWASP, "CSV
/// Injection"). Fields are written as bytes in place: reports hold millions of them.
struct CSV {
  private var bytes: [UInt8] = []

  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func line(_ fields: [String]) {
    for (index, field) in fields.enumerated() {
      if index > 0 { comma() }
      append(field)
    }
    endLine()
  }

  mutating func comma() { bytes.append(UInt8(ascii: ",")) }

  mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }

  mutating func append(_ field: String) {
    let quote = UInt8(ascii: "\"")
    let needsQuotes = field.utf8.contains {
      $0 == UInt8(ascii: ",") || $0 == quote || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
    }
    let isFormula = field.utf8.first.map(Self.formulaStarts.contains) ?? false
    if needsQuotes { bytes.append(quote) }
    if isFormula { bytes.append(UInt8(ascii: "'")) }
    guard needsQuotes else {
      bytes.append(contentsOf: field.utf8)
      return
    }
    for byte in field.utf8 {
      bytes.append(byte)
      if byte == quote { bytes.append(quote) }
    }
    bytes.append(quote)
  }

  private static let formulaStarts = Array("=+-@\t\r".utf8)

  mutating func append(_ number: Int) { Decimal.append(number, to: &bytes) }

  mutating func append(_ number: Double) { bytes.append(contentsOf: number.description.utf8) }

  mutating func append(_ number: Float) { bytes.append(contentsOf: number.description.utf8) }

  /// What was written apart, whole lines or parts of one.
  mutating func append(_ other: CSV) { bytes.append(contentsOf: other.bytes) }
}

/// Whole numbers as digits.
enum Decimal {
  static func append(_ number: Int, to bytes: inout [UInt8]) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = number.magnitude
    if rest < 10 {
      bytes.append(UInt8(ascii: "0") + UInt8(rest))
      return
    }
    let start = bytes.count
    while rest > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    bytes[start...].reverse()
  }
}

extension Record {
  static let top5Header = (1...5).map { "top\($0)" }

  /// Appends `,top1,…,top5,margin` and the end of the line; empty where the model has fewer classes.
  /// - Parameter also: of which the highest classes follow before the end of the line.
  func appendScores(to csv: inout CSV, also others: [Record] = []) {
    for place in 0..<5 {
      csv.comma()
      if place < top5.count { csv.append(top5[place]) }
    }
    csv.comma()
    csv.append(margin)
    for other in others {
      csv.comma()
      if let first = other.top5.first { csv.append(first) }
    }
    csv.endLine()
  }
}
