/// One class' detections in all images, by descending score.
struct RankedClass: Sendable {
  struct Step: Sendable {
    let image: Int32
    let hits: UInt16
    let ignored: UInt16
    /// Whether the next one has the same score in the same image. Copies of an image repeat such a stretch as a whole.
    var isTiedWithNext = false
  }

  struct Truths: Sendable {
    let image: Int
    let count: Int
  }

  /// What is gathered image by image.
  struct Parts {
    fileprivate var steps: [Step] = []
    fileprivate var scores: [Double] = []
    var truths: [Truths] = []

    mutating func add(_ matches: ArraySlice<DetectionMatch>, of size: BoxSize, image: Int) {
      for match in matches {
        let step = Step(
          image: Int32(image), hits: match.hits[size.rawValue],
          ignored: match.ignored[size.rawValue])
        steps.append(step)
        scores.append(match.score.isNaN ? -.infinity : match.score)
      }
    }
  }

  private let category: Int
  private let steps: [Step]
  private let truths: [Truths]

  /// Images with truth of the class.
  var imageCount: Int { truths.count }

  /// nil where no image has truth of the class.
  init?(category: Int, parts: Parts) {
    guard !parts.truths.isEmpty else { return nil }
    self.category = category
    truths = parts.truths
    let scores = parts.scores
    let order = scores.indices.sorted {
      scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1]
    }
    var steps = order.map { parts.steps[$0] }
    for (index, (first, second)) in zip(order, order.dropFirst()).enumerated() {
      steps[index].isTiedWithNext =
        scores[first] == scores[second] && steps[index].image == steps[index + 1].image
    }
    self.steps = steps
  }

  /// nil where the images drawn have no truth of the class.
  func precision(weights: [Int]) -> ClassPrecision? {
    let count = truths.reduce(0) { $0 + $1.count * weights[$1.image] }
    guard count > 0 else { return nil }
    var walk = PrecisionWalk(truths: count)
    var index = 0
    while index < steps.count {
      let step = steps[index]
      let weight = weights[Int(step.image)]
      if step.isTiedWithNext {
        index = repeatTies(from: index, weight, &walk)
      } else {
        if weight > 0 { walk.take(step, times: weight) }
        index += 1
      }
    }
    return walk.finish(category: category)
  }

  /// Takes a stretch of ties `weight` times, and returns where it ends.
  private func repeatTies(from first: Int, _ weight: Int, _ walk: inout PrecisionWalk) -> Int {
    var last = first
    while steps[last].isTiedWithNext { last += 1 }
    for _ in 0..<weight {
      for step in steps[first...last] { walk.take(step, times: 1) }
    }
    return last + 1
  }
}
