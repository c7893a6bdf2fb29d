/// One class' detections in all images, by descending score.
struct RankedClass: Sendable {
  struct Step: Sendable {
    let image: Int32
    let hits: UInt16
    let ignored: UInt16
    /// Whether the next one has the same score in the same image, and not all of those count alike. Copies of an image repeat
    /// such a stretch as a whole.
    var isTiedWithNext = false

    fileprivate func countsAs(_ other: Step) -> Bool {
      hits == other.hits && ignored == other.ignored
    }
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
  private var steps: [Step]
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
    steps = order.map { parts.steps[$0] }
    markTies(scores: order.map { scores[$0] })
  }

  private mutating func markTies(scores: [Double]) {
    var first = 0
    for (last, end) in zip(steps.indices, 1...) {
      let isTied =
        end < steps.count && scores[last] == scores[end] && steps[last].image == steps[end].image
      if isTied { continue }
      if !steps[first..<end].allSatisfy(steps[last].countsAs) {
        for index in first..<last { steps[index].isTiedWithNext = true }
      }
      first = end
    }
  }

  /// By resample; nil where the images drawn have no truth of the class.
  func precision(weights: LaneWeights) -> [ClassPrecision?] {
    var walk = PrecisionWalk(
      truths: truths.reduce(.zero) { $0 + Double($1.count) * weights[$1.image] })
    var index = 0
    while index < steps.count {
      let step = steps[index]
      let times = weights[Int(step.image)]
      if step.isTiedWithNext {
        index = repeatTies(from: index, times, &walk)
      } else {
        walk.take(step, times: times)
        index += 1
      }
    }
    return walk.finish(category: category)
  }

  /// Takes a stretch of ties as often as its image counts, and returns where it ends.
  private func repeatTies(from first: Int, _ times: Lanes, _ walk: inout PrecisionWalk) -> Int {
    var last = first
    while steps[last].isTiedWithNext { last += 1 }
    var left = times
    while any(left .> 0) {
      let once = Lanes.zero.replacing(with: 1, where: left .> 0)
      for step in steps[first...last] { walk.take(step, times: once) }
      left -= once
    }
    return last + 1
  }
}
