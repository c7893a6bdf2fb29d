import Foundation

/// The classes of a model by index: a text file with one class per line, or JSON.
///
/// A class answers to its whole line, else to what stands before the first comma or tab, else to the first word.
public struct LabelFile: Equatable, Sendable {
  public let path: String
  /// The classes' names by index, as reports show them: the first words where those differ, else whole lines.
  public let names: [String]
  /// What classes answer to, the most specific spelling first; the indices of all classes that do.
  private let spellings: [[String: [Int]]]

  /// - Throws: `malformedLabel` for a blank line between classes, which would shift all later indices.
  public init(contentsOf path: String) throws(DatasetError) {
    let text = try TextFile.text(of: path)
    let isJSON = text.first { !$0.isWhitespace }.map { "[{".contains($0) } ?? false
    if isJSON {
      let classes = try LabelJSON(path: path).classes(in: Data(text.utf8))
      self.init(path: path, classes: classes, hasWords: false)
    } else {
      let classes = try Self.lines(of: text, path).map { [$0] }
      self.init(path: path, classes: classes, hasWords: true)
    }
  }

  /// - Parameters:
  ///   - classes: by index, all that a class is called.
  ///   - hasWords: whether the first word of a name may stand for it in reports.
  private init(path: String, classes: [[String]], hasWords: Bool) {
    self.path = path
    let words = classes.map { Self.firstWord(of: $0[0]) }
    names = hasWords && Set(words).count == words.count ? words : classes.map { $0[0] }
    spellings = [{ $0 }, Self.beforeComma, Self.firstWord].map { spelling in
      var indices: [String: [Int]] = [:]
      for (index, names) in classes.enumerated() {
        for name in names.map(spelling).uniqued() { indices[name, default: []].append(index) }
      }
      return indices
    }
  }

  private static func lines(of text: String, _ path: String) throws(DatasetError) -> [String] {
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard !lines.isEmpty else { throw .emptyLabelFile(path: path) }
    if let blank = lines.firstIndex(of: "") {
      throw .malformedLabel(path: path, line: blank + 1, reason: "the line is blank")
    }
    return lines
  }

  private static func beforeComma(_ name: String) -> String {
    name.prefix { $0 != "," && $0 != "\t" }.trimmingCharacters(in: .whitespaces)
  }

  private static func firstWord(of name: String) -> String {
    name.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? name
  }

  /// The class of that name, or else that index.
  /// - Throws: `malformedLabel` where several classes answer to it.
  func index(of name: String) throws(DatasetError) -> Int? {
    for indices in spellings {
      guard let found = indices[name] else { continue }
      guard found.count == 1 else {
        throw .malformedLabel(
          path: path, line: found[1] + 1,
          reason: "class '\(name)' stands on line \(found[0] + 1) already")
      }
      return found[0]
    }
    return WholeNumber.parse(name).flatMap { names.indices.contains($0) ? $0 : nil }
  }

  /// The names, with those in place that the data calls its classes by.
  func names(calling used: [Int: String]) -> [String] {
    names.enumerated().map { used[$0.offset] ?? $0.element }
  }
}

/// Class indices as tables spell them.
enum WholeNumber {
  /// Also of a float without a fraction ("3.0"), as tables with gaps write whole numbers.
  static func parse(_ text: some StringProtocol) -> Int? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count < 2 || parts[1].allSatisfy({ $0 == "0" }) else { return nil }
    return parts.first.flatMap { Int($0) }
  }
}
