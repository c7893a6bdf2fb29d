/// The symbols that a text network tells apart, in the order of its classes.
public struct TextDictionary: Sendable, Hashable {
  public let symbols: [String]

  public init(symbols: [String]) { self.symbols = symbols }

  /// Reads one symbol per line, in UTF-8, as PaddleOCR and others keep them.
  ///
  /// Nothing but the end of a line is cut off, since spaces of any kind are symbols; an empty line is a symbol too, of no
  /// text, so that those after it keep their place.
  ///
  /// - Parameter addsSpace: whether a space follows the last line (PaddleOCR's `use_space_char`).
  public init(file bytes: [UInt8], addsSpace: Bool = false) throws(TaskError) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: mark) ? bytes.dropFirst(3) : bytes.dropFirst(0)
    var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    var symbols: [String] = []
    for (index, line) in lines.enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard let symbol = String(validating: line, as: UTF8.self) else {
        throw .invalidUTF8(line: index + 1)
      }
      symbols.append(symbol)
    }
    guard !symbols.isEmpty else { throw .emptyDictionary }
    self.init(symbols: symbols + (addsSpace ? [" "] : []))
  }
}
