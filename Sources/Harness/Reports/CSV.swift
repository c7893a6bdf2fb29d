/// Comma-separated values as RFC 4180 has them, with plain newlines.
enum CSV {
  static func line(_ fields: [String]) -> String {
    var line = ""
    for (index, field) in fields.enumerated() {
      if index > 0 { line += "," }
      append(field, to: &line)
    }
    return line + "\n"
  }

  static func append(_ field: String, to text: inout String) {
    let needsQuotes = field.utf8.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n")
        || $0 == UInt8(ascii: "\r")
    }
    guard needsQuotes else {
      text += field
      return
    }
    text += "\""
    for scalar in field.unicodeScalars {
      text.unicodeScalars.append(scalar)
      if scalar == "\"" { text += "\"" }
    }
    text += "\""
  }
}

extension Record {
  static let top5Header = (1...5).map { "top\($0)" }

  /// Appends `,top1,…,top5,margin` and the end of the line; empty where the model has fewer classes.
  func appendScores(to text: inout String) {
    for place in 0..<5 {
      text += ","
      if place < top5.count { text += String(top5[place]) }
    }
    text += ",\(margin)\n"
  }
}
