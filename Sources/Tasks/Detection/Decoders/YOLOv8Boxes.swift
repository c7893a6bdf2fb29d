/// YOLOv8, v9, 11 and 12: (4+C) x N, a column centre x, centre y, width, height in input pixels and a score for each class.
///
/// Some exports turn it to N x (4+C). There are more boxes than numbers of a box, so the longer axis is that of boxes.
public struct YOLOv8Boxes: BoxDecoder {
  public static let name = "yolov8"
  public let needsSuppression = true

  public init() {}

  public func candidates(
    _ outputs: [OutputArray], _ reading: BoxReading
  ) throws(TaskError) -> [Detection] {
    let columns = reading.columns(after: 4)
    let expected = "\(columns) x N or N x \(columns)"
    let (rows, length, values) = try outputs.firstMatrix(expected)
    let isTurned = rows > length
    guard let classes = reading.classes(columns: min(rows, length), after: 4) else {
      throw .wrongShape(shape: outputs[0].shape, expected: expected)
    }
    let (boxStep, step) = isTurned ? (length, 1) : (1, length)
    var detections: [Detection] = []
    for start in stride(from: 0, to: max(rows, length) * boxStep, by: boxStep) {
      func value(_ index: Int) -> Double { Double(values[start + index * step]) }
      reading.append(
        Box(centerX: value(0), centerY: value(1), width: value(2), height: value(3)),
        classes: classes, to: &detections
      ) { value(4 + $0) }
    }
    return detections
  }
}
