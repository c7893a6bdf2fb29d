/// Comma-separated values as RFC 4180 has them, with plain newlines.
enum CSV {
  static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ field: String) -> String {
    let special: Set<Unicode.Scalar> = [",", "\"", "\n", "\r"]
    guard field.unicodeScalars.contains(where: special.contains) else { return field }
    return field.unicodeScalars.reduce(into: "\"") { text, scalar in
      text.unicodeScalars.append(scalar)
      if scalar == "\"" { text += "\"" }
    } + "\""
  }
}

extension Record {
  static let top5Header = (1...5).map { "top\($0)" }

  /// Five class indices, empty where the model has fewer classes.
  var top5Fields: [String] {
    (0..<5).map { top5.indices.contains($0) ? String(top5[$0]) : "" }
  }
}
