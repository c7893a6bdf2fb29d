/// How many scalars have to be put in, taken out or exchanged to make one text of another (Levenshtein 1966).
///
/// Scalars, not grapheme clusters: they are what networks' dictionaries hold and what tools in Python count, so that error
/// rates can be compared. Nothing is normalized: a composed and a decomposed é differ.
enum EditDistance {
  /// - Complexity: O(n · m), with two rows of memory.
  static func between(_ first: String, _ second: String) -> Int {
    let (a, b) = (Array(first.unicodeScalars), Array(second.unicodeScalars))
    var row = Array(0...b.count)
    for (i, scalar) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let exchanged = diagonal + (scalar == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(exchanged, diagonal + 1, row[j] + 1)
      }
    }
    return row[b.count]
  }
}
