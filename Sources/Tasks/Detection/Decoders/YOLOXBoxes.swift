import Foundation

/// YOLOX as its export leaves it (`decode_in_inference` off): N x (5+C) over the cells of three grids, of strides 8, 16 and
/// 32, each row by row. A row is the centre's offset from the cell, in cells, the sides' logarithms, in cells, whether there
/// is an object, and a score for each class given that there is. A detection's score is their product.
public struct YOLOXBoxes: BoxDecoder {
  public static let name = "yolox"
  public let needsSuppression = true

  public init() {}

  public func candidates(
    _ outputs: [OutputArray], _ reading: BoxReading
  ) throws(TaskError) -> [Detection] {
    let cells = Self.cells(reading)
    let expected =
      "\(cells.count) x \(reading.columns(after: 5)), of an input of \(reading.width)x\(reading.height)"
    let (rows, columns, values) = try outputs.firstMatrix(expected)
    guard rows == cells.count, let classes = reading.classes(columns: columns, after: 5) else {
      throw .wrongShape(shape: outputs[0].shape, expected: expected)
    }
    var detections: [Detection] = []
    for (row, cell) in cells.enumerated() {
      let start = row * columns
      guard Double(values[start + 4]) > reading.confidence else { continue }
      reading.append(
        Box(
          centerX: (Double(values[start]) + cell.x) * cell.stride,
          centerY: (Double(values[start + 1]) + cell.y) * cell.stride,
          width: exp(Double(values[start + 2])) * cell.stride,
          height: exp(Double(values[start + 3])) * cell.stride),
        classes: classes, to: &detections
      ) { Double(values[start + 4] * values[start + 5 + $0]) }
    }
    return detections
  }

  private struct Cell {
    let x: Double
    let y: Double
    let stride: Double
  }

  private static func cells(_ reading: BoxReading) -> [Cell] {
    [8, 16, 32].flatMap { stride in
      (0..<max(reading.height / stride, 0)).flatMap { y in
        (0..<max(reading.width / stride, 0)).map { x in
          Cell(x: Double(x), y: Double(y), stride: Double(stride))
        }
      }
    }
  }
}
