/// Squares of an image, each by how much of it changed.
struct ChangedCells {
  private let width: Int
  private let height: Int
  /// The side of a square, in pixels.
  private let step: Int
  /// Row-major: 0 for none, else the share of changed pixels in parts of `levels`, rounded up, so that thin lines stay
  /// visible, if faint.
  private(set) var cells: [Int] = []

  static let levels = 4
  /// Squares along the longer side: about as many as a card has pixels.
  private static let limit = 150

  /// - Parameter isChanged: by a pixel's place, row-major.
  init(width: Int, height: Int, isChanged: (Int) -> Bool) {
    (self.width, self.height) = (width, height)
    step = max((max(width, height) + Self.limit - 1) / Self.limit, 1)
    for top in stride(from: 0, to: height, by: step) {
      for left in stride(from: 0, to: width, by: step) {
        let (xs, ys) = (left..<min(left + step, width), top..<min(top + step, height))
        let changed = ys.reduce(0) { sum, y in sum + xs.count { isChanged(y * width + $0) } }
        let area = xs.count * ys.count
        cells.append((changed * Self.levels + area - 1) / area)
      }
    }
  }

  private var columns: Int { (width + step - 1) / step }

  /// The squares of a level, neighbours of a row joined, in the syntax of a path's attribute `d`.
  ///
  /// - Parameter scale: units per pixel.
  func path(of level: Int, scale: Double) -> String {
    var path = ""
    for (row, top) in stride(from: 0, to: height, by: step).enumerated() {
      let cells = cells[row * columns..<(row + 1) * columns]
      let high = SVG.n(Double(min(step, height - top)) * scale)
      for run in cells.runs(of: level) {
        let (left, right) = (run.lowerBound * step, min(run.upperBound * step, width))
        let wide = SVG.n(Double(right - left) * scale)
        path += "M\(SVG.point(Double(left) * scale, Double(top) * scale))h\(wide)v\(high)h-\(wide)z"
      }
    }
    return path
  }
}

extension ArraySlice<Int> {
  /// Where stretches of `value` are, from the slice's start.
  fileprivate func runs(of value: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for (index, element) in enumerated() where element == value {
      if runs.last?.upperBound == index {
        runs[runs.count - 1] = runs[runs.count - 1].lowerBound..<index + 1
      } else {
        runs.append(index..<index + 1)
      }
    }
    return runs
  }
}
