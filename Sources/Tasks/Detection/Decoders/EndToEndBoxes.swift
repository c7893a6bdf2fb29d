/// Detectors whose graph ends with the choice of boxes (YOLOv10, YOLO26, `nms=True`): N x 6, a row left, top, right, bottom
/// in input pixels, score and class. Further numbers of a row are skipped; so are rows whose class is no index.
public struct EndToEndBoxes: BoxDecoder {
  public static let name = "end2end"
  public let needsSuppression = false

  public init() {}

  public func candidates(
    _ outputs: [OutputArray], _ reading: BoxReading
  ) throws(TaskError) -> [Detection] {
    let (rows, columns, values) = try outputs.firstMatrix("N x 6")
    guard columns >= 6 else { throw .wrongShape(shape: outputs[0].shape, expected: "N x 6") }
    return (0..<rows).compactMap { row in
      let row = values[row * columns..<row * columns + 6].map(Double.init)
      let box = Box(left: row[0], top: row[1], right: row[2], bottom: row[3])
      guard row[4] > reading.confidence, row[4].isFinite, box.isFinite,
        let category = Int(exactly: row[5]), category >= 0, category < reading.classCount ?? .max
      else { return nil }
      return Detection(box: box, category: category, score: row[4])
    }
  }
}
