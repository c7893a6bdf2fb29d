/// What is to be seen of one shape in a picture, in pixels, exact to a quarter of one.
struct DemoTruth: Equatable {
  /// The rows and columns of samples that it covers.
  struct Extent: Equatable {
    private(set) var rows = Int.max...Int.max
    private(set) var columns = Int.max...Int.max
    private(set) var samples = 0

    mutating func include(row: Int, column: Int) {
      rows = samples == 0 ? row...row : min(rows.lowerBound, row)...max(rows.upperBound, row)
      columns =
        samples == 0
        ? column...column : min(columns.lowerBound, column)...max(columns.upperBound, column)
      samples += 1
    }
  }

  /// An index into `DemoGroup.shapes`.
  let label: Int
  let left: Double
  let top: Double
  let width: Double
  let height: Double
  /// Of the shape, not of its box.
  let area: Double

  init(label: Int, extent: Extent, samplesPerSide: Int) {
    let step = 1 / Double(samplesPerSide)
    self.label = label
    left = Double(extent.columns.lowerBound) * step
    top = Double(extent.rows.lowerBound) * step
    width = Double(extent.columns.count) * step
    height = Double(extent.rows.count) * step
    area = Double(extent.samples) * step * step
  }
}
