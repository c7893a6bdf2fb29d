/// Two texts read from one image, with what differs between them marked.
struct TextChange {
  /// Whose texts they are.
  let names: (before: String, after: String)
  private let stretches: [Stretch]

  init(before: (name: String, text: String), after: (name: String, text: String)) {
    names = (before.name, after.name)
    stretches = Stretch.between(before.text, after.text)
  }

  var html: String {
    """
    <dl class="change">
    <dt>\(Escaping.html(names.before))</dt><dd>\(line(without: .added))</dd>
    <dt>\(Escaping.html(names.after))</dt><dd>\(line(without: .removed))</dd>
    </dl>
    """
  }

  private func line(without other: Stretch.Change) -> String {
    let shown = stretches.filter { $0.change != other }
    if shown.isEmpty { return "<span class=\"soft\">no text</span>" }
    return "<bdi>\(shown.map(\.html).joined())</bdi>"
  }
}

/// Neighbouring scalars of one kind; scalars are what error rates count.
private struct Stretch {
  enum Change { case kept, removed, added }

  let change: Change
  var text = String.UnicodeScalarView()

  var html: String {
    let text = Escaping.html(String(text))
    return switch change {
    case .kept: text
    case .removed: "<del>\(text)</del>"
    case .added: "<ins>\(text)</ins>"
    }
  }

  /// More scalars of one text times scalars of the other would take long to compare.
  private static let limit = 1 << 22

  /// Of an exchange, what is removed comes first.
  static func between(_ before: String, _ after: String) -> [Stretch] {
    let (a, b) = (Array(before.unicodeScalars), Array(after.unicodeScalars))
    let (removed, added) = changes(a, b)
    var stretches: [Stretch] = []
    func append(_ change: Change, _ scalar: Unicode.Scalar) {
      if stretches.last?.change != change { stretches.append(Stretch(change: change)) }
      stretches[stretches.count - 1].text.append(scalar)
    }
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      if removed.contains(i) {
        append(.removed, a[i])
        i += 1
      } else if added.contains(j) {
        append(.added, b[j])
        j += 1
      } else {
        append(.kept, a[i])
        (i, j) = (i + 1, j + 1)
      }
    }
    return stretches
  }

  /// The offsets of what is removed and of what is added.
  private static func changes(
    _ a: [Unicode.Scalar], _ b: [Unicode.Scalar]
  ) -> (removed: Set<Int>, added: Set<Int>) {
    let (work, overflow) = a.count.multipliedReportingOverflow(by: b.count)
    guard !overflow, work <= limit else { return (Set(a.indices), Set(b.indices)) }
    var (removed, added): (Set<Int>, Set<Int>) = ([], [])
    for change in b.difference(from: a) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): added.insert(offset)
      }
    }
    return (removed, added)
  }
}
