/// The records of comma-separated text (RFC 4180): quoted fields may hold commas, quotes (doubled)
/// and line breaks. Blank lines are skipped.
struct CSVRecords {
  struct Record: Equatable {
    /// The number, from 1, of the line that the record starts on.
    var line: Int
    var fields: [String]
  }

  struct Malformed: Error, Equatable {
    let line: Int
    let reason: String
  }

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  static func parse(_ bytes: [UInt8]) throws(Malformed) -> [Record] {
    var parser = CSVRecords(bytes: bytes)
    var records: [Record] = []
    while parser.position < bytes.count {
      if parser.skipLineBreak() { continue }
      records.append(try parser.record())
    }
    return records
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func record() throws(Malformed) -> Record {
    var record = Record(line: line, fields: [])
    while true {
      record.fields.append(try current == UInt8(ascii: "\"") ? quotedField() : plainField())
      if current == UInt8(ascii: ",") {
        position += 1
      } else if current == nil || skipLineBreak() {
        return record
      } else {
        throw Malformed(line: line, reason: "text follows the closing quote of a field")
      }
    }
  }

  private mutating func plainField() throws(Malformed) -> String {
    let start = position
    while let byte = current, byte != UInt8(ascii: ","), !isLineBreak(byte) {
      guard byte != UInt8(ascii: "\"") else {
        throw Malformed(line: line, reason: "a quote stands inside a field that is not quoted")
      }
      position += 1
    }
    return try text(bytes[start..<position], line: line)
  }

  private mutating func quotedField() throws(Malformed) -> String {
    let start = line
    var field: [UInt8] = []
    position += 1
    while let byte = current {
      position += 1
      if byte == UInt8(ascii: "\"") {
        guard current == byte else { return try text(field[...], line: start) }
        position += 1
      } else if byte == UInt8(ascii: "\n") {
        line += 1
      }
      field.append(byte)
    }
    throw Malformed(line: start, reason: "a quoted field is not closed")
  }

  private func text(_ bytes: ArraySlice<UInt8>, line: Int) throws(Malformed) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Malformed(line: line, reason: "a field is not UTF-8 text")
    }
    return text
  }

  private func isLineBreak(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  /// Steps over one line break (LF, CR LF or CR), if there is one here.
  private mutating func skipLineBreak() -> Bool {
    guard let byte = current, isLineBreak(byte) else { return false }
    position += 1
    if byte == UInt8(ascii: "\r"), current == UInt8(ascii: "\n") { position += 1 }
    line += 1
    return true
  }
}
