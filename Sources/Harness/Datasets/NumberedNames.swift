/// Class names that are whole numbers, all behind the same letters or none: "0", "1", … or "class1", "class2", …
enum NumberedNames {
  /// By position in `names`, the position in the order of the numbers; nil where names are no such numbers, or stand in
  /// that order already.
  static func order(of names: [String]) -> [Int]? {
    let numbered = names.compactMap(split)
    guard numbered.count == names.count, Set(numbered.map(\.letters)).count == 1 else { return nil }
    let byNumber = names.indices.sorted { (numbered[$0].number, $0) < (numbered[$1].number, $1) }
    guard byNumber != Array(names.indices) else { return nil }
    var order = [Int](repeating: 0, count: names.count)
    for (position, index) in byNumber.enumerated() { order[index] = position }
    return order
  }

  private static func split(_ name: String) -> (letters: Substring, number: Int)? {
    let letters = name.prefix(
      name.count - name.reversed().prefix { $0.isASCII && $0.isNumber }.count)
    return Int(name.dropFirst(letters.count)).map { (letters, $0) }
  }
}
