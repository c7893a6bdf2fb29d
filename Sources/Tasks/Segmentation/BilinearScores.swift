/// Scores of C x H x W resized to other heights and widths, row by row, as PyTorch's
/// `F.interpolate(mode="bilinear", align_corners=False)` does in single precision.
struct BilinearScores {
  private let scores: [Float]
  private let width: Int
  private let height: Int
  private let columns: [Tap]
  private let rows: [Tap]

  /// Two neighbours and how much the second weighs.
  private struct Tap {
    let first: Int
    let second: Int
    let share: Float
  }

  init(_ scores: [Float], height: Int, width: Int, toHeight: Int, toWidth: Int) {
    self.scores = scores
    self.height = height
    self.width = width
    columns = Self.taps(from: width, to: toWidth)
    rows = Self.taps(from: height, to: toHeight)
  }

  private static func taps(from count: Int, to target: Int) -> [Tap] {
    let scale = Float(count) / Float(target)
    return (0..<target).map { place in
      let position = max(scale * (Float(place) + 0.5) - 0.5, 0)
      let first = min(Int(position), count - 1)
      return Tap(first: first, second: min(first + 1, count - 1), share: position - Float(first))
    }
  }

  /// Writes one row of one channel.
  func write(channel: Int, row: Int, to target: inout [Float]) {
    let tap = rows[row]
    let upper = (channel * height + tap.first) * width
    let lower = (channel * height + tap.second) * width
    scores.withUnsafeBufferPointer { scores in
      for (x, column) in columns.enumerated() {
        let rest = 1 - column.share
        let above =
          rest * scores[upper + column.first] + column.share * scores[upper + column.second]
        let below =
          rest * scores[lower + column.first] + column.share * scores[lower + column.second]
        target[x] = (1 - tap.share) * above + tap.share * below
      }
    }
  }
}
