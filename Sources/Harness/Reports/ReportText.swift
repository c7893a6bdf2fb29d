import Foundation

/// Numbers as people read them: percent and points, with as many digits as mean something.
enum ReportText {
  static func fixed(_ value: Double, _ decimals: Int, isSigned: Bool = false) -> String {
    guard value.isFinite else { return "–" }
    let text = String(format: isSigned ? "%+.\(decimals)f" : "%.\(decimals)f", value)
    let isZero = !text.contains { "123456789".contains($0) }
    return isZero ? String(text.drop { "+-".contains($0) }) : text
  }

  /// A share: 0.9234 → "92.34".
  static func percent(_ share: Double, decimals: Int = 2) -> String {
    fixed(100 * share, decimals)
  }

  /// A difference of shares: 0.0025 → "+0.25".
  static func points(_ difference: Double) -> String {
    fixed(100 * difference, 2, isSigned: true)
  }

  static func percent(_ interval: Interval) -> String {
    "[\(percent(interval.lower, decimals: 1)), \(percent(interval.upper, decimals: 1))]"
  }

  static func points(_ interval: Interval) -> String {
    "[\(points(interval.lower)), \(points(interval.upper))]"
  }

  /// Ends with three significant digits: "[-0.102, 12.3]".
  static func range(_ range: Interval) -> String {
    "[\(significant(range.lower)), \(significant(range.upper))]"
  }

  /// Three significant digits: "0.102".
  static func significant(_ value: Double) -> String {
    value.isFinite ? String(format: "%.3g", value) : "–"
  }

  static func pValue(_ p: Double) -> String { p < 0.001 ? "< 0.001" : "= " + fixed(p, 3) }

  /// Decimal units: 1 234 567 → "1.23 MB".
  static func bytes(_ count: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(count)
    var unit = 0
    while value >= 999.5 && unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return fixed(value, unit == 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2) + " " + units[unit]
  }

  /// 12345 → "12,345".
  static func count(_ number: Int) -> String {
    let digits = String(number.magnitude)
    let groups = stride(from: digits.count, to: 0, by: -3).reversed().map { end in
      digits.prefix(end).suffix(min(3, end - max(0, end - 3)))
    }
    return (number < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// "1 image", "3 images", "2 boxes".
  static func count(_ number: Int, _ noun: String) -> String {
    let ending = ["s", "x", "ch", "sh"].contains(where: noun.hasSuffix) ? "es" : "s"
    return "\(count(number)) \(noun)\(number == 1 ? "" : ending)"
  }

  /// "a", "a and b", "a, b and c".
  static func list(_ words: [String]) -> String {
    guard words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + words[words.count - 1]
  }

  /// To two digits, upwards, for numbers that are no more than a guess: 1,252 → "1,300".
  static func roughly(_ number: Int) -> Int {
    var unit = 1
    while number / unit >= 100 { unit *= 10 }
    return (number + unit - 1) / unit * unit
  }

  /// A guess from the images so far, which says so.
  static func toSettle(_ images: Int) -> String {
    "about \(count(roughly(images), "image")) would settle it if the rates stay as they are"
  }

  static func word(_ verdict: Verdict?) -> String { verdict?.rawValue.uppercased() ?? "–" }
}
