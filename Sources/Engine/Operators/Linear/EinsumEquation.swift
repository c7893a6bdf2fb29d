/// A parsed Einsum equation. A label is a letter's code, or for the axes of an ellipsis a number below 0, counted from
/// the last one.
struct EinsumEquation: Sendable {
  private let inputs: [[Label]]
  private let output: [Label]?

  private enum Label: Sendable, Hashable {
    case axis(Int)
    case ellipsis
  }

  init(_ text: String) throws(GraphError) {
    let sides = text.replacing(" ", with: "").split(
      separator: "->", maxSplits: 1, omittingEmptySubsequences: false)
    inputs = try sides[0].split(separator: ",", omittingEmptySubsequences: false)
      .map { part throws(GraphError) in try Self.labels(part) }
    output = sides.count > 1 ? try Self.labels(sides[1]) : nil
  }

  private static func labels(_ term: Substring) throws(GraphError) -> [Label] {
    var labels: [Label] = []
    var rest = term
    while let next = rest.first {
      if rest.hasPrefix("...") {
        labels.append(.ellipsis)
        rest = rest.dropFirst(3)
      } else if let code = next.asciiValue, next.isLetter {
        labels.append(.axis(Int(code)))
        rest = rest.dropFirst()
      } else {
        throw .badAttribute(name: "equation", reason: "has '\(next)' where a letter belongs")
      }
    }
    return labels
  }

  /// Labels of every axis, and their sizes.
  struct Resolved {
    var inputs: [[Int]] = []
    var output: [Int] = []
    var sizes: [Int: Int] = [:]
  }

  func resolved(_ shapes: [Shape]) throws(GraphError) -> Resolved {
    guard shapes.count == inputs.count else {
      throw .badAttribute(
        name: "equation", reason: "names \(inputs.count) operands, there are \(shapes.count)")
    }
    var resolved = Resolved()
    var ellipsisRank = 0
    for (term, shape) in zip(inputs, shapes) {
      let rank = shape.rank - term.count { $0 != .ellipsis }
      let count = term.count { $0 == .ellipsis }
      guard count == 0 ? rank == 0 : count == 1 && rank >= 0 else {
        throw .shapeMismatch(reason: "a term of the equation does not fit the shape \(shape)")
      }
      if count == 1 { ellipsisRank = max(ellipsisRank, rank) }
      let labels = Self.expanded(term, rank)
      for (label, size) in zip(labels, shape.dims) {
        let known = resolved.sizes[label] ?? 1
        guard known == 1 || size == 1 || known == size else {
          throw .shapeMismatch(reason: "an axis of the equation has sizes \(known) and \(size)")
        }
        resolved.sizes[label] = known == 1 ? size : known
      }
      resolved.inputs.append(labels)
    }
    let total = Shape(Array(resolved.sizes.values)).checkedElementCount
    guard let total, total <= 1 << 36 else {
      throw .shapeMismatch(reason: "the equation asks for more products than can be computed")
    }
    resolved.output =
      output.map { Self.expanded($0, ellipsisRank) } ?? implicit(resolved, ellipsisRank)
    guard Set(resolved.output).count == resolved.output.count,
      resolved.output.allSatisfy({ resolved.sizes[$0] != nil })
    else {
      throw .badAttribute(name: "equation", reason: "has an output that its operands do not give")
    }
    return resolved
  }

  private static func expanded(_ term: [Label], _ rank: Int) -> [Int] {
    term.flatMap { label in
      switch label {
      case .axis(let code): [code]
      case .ellipsis: (0..<max(rank, 0)).map { $0 - rank }
      }
    }
  }

  /// Without an arrow the output has the ellipsis, then every letter that stands once, in order of the alphabet.
  private func implicit(_ resolved: Resolved, _ rank: Int) -> [Int] {
    let letters = resolved.inputs.joined().filter { $0 > 0 }
    let counts = Dictionary(letters.map { ($0, 1) }, uniquingKeysWith: +)
    return (0..<rank).map { $0 - rank } + counts.filter { $0.value == 1 }.keys.sorted()
  }
}
