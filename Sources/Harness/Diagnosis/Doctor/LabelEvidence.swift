/// What predictions say of how the data numbers its classes: images of one label that are all scored as one other class
/// have a label of another numbering, not another recipe.
struct LabelEvidence {
  /// By label, the class that most of its images are scored as, where that is so of no other label.
  let classes: [Int: Int]
  let count: Int
  /// Images that are scored as most others of their label are.
  let consistent: Int

  init(_ scores: Scores, labels: [Int]) {
    let predictions = (0..<scores.count).map { scores.top(1, of: $0).classes.first ?? -1 }
    var counts: [Int: [Int: Int]] = [:]
    for (label, prediction) in zip(labels, predictions) {
      counts[label, default: [:]][prediction, default: 0] += 1
    }
    let usual = counts.compactMapValues(Self.mostFrequent)
    let owners = Dictionary(grouping: usual.keys) { usual[$0] ?? -1 }
    let own = usual.filter { owners[$0.value]?.count == 1 }
    classes = own
    count = labels.count
    consistent = zip(labels, predictions).count { label, prediction in
      // An image is no evidence for itself.
      var others = counts[label] ?? [:]
      others[prediction, default: 0] -= 1
      return own[label] == prediction && others[prediction] ?? 0 > 0
        && Self.mostFrequent(others) == prediction
    }
  }

  private static func mostFrequent(_ counts: [Int: Int]) -> Int? {
    counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  var share: Double { Double(consistent) / Double(max(count, 1)) }

  /// Whether most labels are another class's, and that is told from the best that any recipe makes of labels as they are.
  func contradicts(bestTop1: Double) -> Bool {
    let moved = classes.count { $0.key != $0.value }
    return classes.count > 1 && 2 * moved > classes.count
      && Wilson.interval(successes: consistent, count: count).lower > max(bestTop1, 0.5)
  }

  /// Whether classes are numbered by their position in `order`.
  func follows(_ order: [Int]) -> Bool {
    classes.allSatisfy { order.indices.contains($0.key) && order[$0.key] == $0.value }
  }
}
