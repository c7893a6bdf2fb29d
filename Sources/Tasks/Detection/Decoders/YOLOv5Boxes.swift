/// YOLOv5 (also v7, and v3 and v4 as Ultralytics exports them): N x (5+C), a row centre x, centre y, width, height in input
/// pixels, whether there is an object, and a score for each class given that there is. A detection's score is their product.
public struct YOLOv5Boxes: BoxDecoder {
  public static let name = "yolov5"
  public let needsSuppression = true

  public init() {}

  public func candidates(
    _ outputs: [OutputArray], _ reading: BoxReading
  ) throws(TaskError) -> [Detection] {
    let expected = "N x \(reading.columns(after: 5))"
    let (rows, columns, values) = try outputs.firstMatrix(expected)
    guard let classes = reading.classes(columns: columns, after: 5) else {
      throw .wrongShape(shape: outputs[0].shape, expected: expected)
    }
    var detections: [Detection] = []
    for start in stride(from: 0, to: rows * columns, by: columns)
    where Double(values[start + 4]) > reading.confidence {
      reading.append(
        Box(
          centerX: Double(values[start]), centerY: Double(values[start + 1]),
          width: Double(values[start + 2]), height: Double(values[start + 3])),
        classes: classes, to: &detections
      ) { Double(values[start + 4] * values[start + 5 + $0]) }
    }
    return detections
  }
}
