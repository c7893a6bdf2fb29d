/// What somebody meant who mistyped a name.
public enum NearestName {
  /// The name with fewest changes, the first of several; nil where none is near: more than a third of the letters differ.
  public static func of(_ typed: String, among names: some Sequence<String>) -> String? {
    let letters = Array(typed.lowercased())
    var nearest: (name: String, distance: Int)?
    for name in names where name != typed {
      let distance = distance(letters, Array(name.lowercased()))
      guard distance <= max(1, max(letters.count, name.count) / 3) else { continue }
      if distance < nearest?.distance ?? .max { nearest = (name, distance) }
    }
    return nearest?.name
  }

  /// "; did you mean 'x'?", or nothing.
  public static func question(_ typed: String, among names: some Sequence<String>) -> String {
    of(typed, among: names).map { "; did you mean '\($0)'?" } ?? ""
  }

  /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
  static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1] + [Int](repeating: 0, count: b.count)
      for j in b.indices {
        row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
        }
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
