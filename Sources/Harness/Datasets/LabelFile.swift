/// A text file with one class per line: the first word is the class's name, the line's number from
/// 0 its index.
public struct LabelFile: Equatable, Sendable {
  public let path: String
  /// The classes' names by index.
  public let names: [String]
  private let indices: [String: Int]

  /// - Throws: `malformedLabel` for a blank line between classes, which would shift all later
  ///   indices, and for a name that stands twice.
  public init(contentsOf path: String) throws(DatasetError) {
    var lines = try TextFile.text(of: path).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
    guard !lines.isEmpty else { throw .emptyLabelFile(path: path) }
    var names: [String] = []
    var indices: [String: Int] = [:]
    for (index, line) in lines.enumerated() {
      guard let word = line.split(whereSeparator: \.isWhitespace).first else {
        throw .malformedLabel(path: path, line: index + 1, reason: "the line is blank")
      }
      let name = String(word)
      if let first = indices.updateValue(index, forKey: name) {
        throw .malformedLabel(
          path: path, line: index + 1,
          reason: "class '\(name)' stands on line \(first + 1) already")
      }
      names.append(name)
    }
    self.path = path
    self.names = names
    self.indices = indices
  }

  public func index(of name: String) -> Int? { indices[name] }
}
