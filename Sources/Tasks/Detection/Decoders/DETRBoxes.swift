import Foundation

/// DETR and its kin: logits of Q x K and boxes of Q x 4, a row centre x, centre y, width and height in shares (0...1) of the
/// input's sides. The boxes are the last output of four columns, the logits the first other one with as many rows.
public struct DETRBoxes: BoxDecoder {
  public static let name = "detr"
  public let needsSuppression = false

  public init() {}

  /// Scores are the softmax over all logits, of which the last one means that there is no object.
  public func candidates(
    _ outputs: [OutputArray], _ reading: BoxReading
  ) throws(TaskError) -> [Detection] {
    try Queries(outputs, reading, extraLogits: 1).detections { logits in
      let highest = logits.max() ?? 0
      let powers = logits.map { exp($0 - highest) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }
}

/// RT-DETR, Deformable DETR, D-FINE: as `DETRBoxes`, but a score is the sigmoid of its logit, and each logit is a class.
public struct SigmoidDETRBoxes: BoxDecoder {
  public static let name = "detr-sigmoid"
  public let needsSuppression = false

  public init() {}

  public func candidates(
    _ outputs: [OutputArray], _ reading: BoxReading
  ) throws(TaskError) -> [Detection] {
    try Queries(outputs, reading, extraLogits: 0).detections { logits in
      logits.map { 1 / (1 + exp(-$0)) }
    }
  }
}

/// The logits and the boxes of one image.
private struct Queries {
  let logits: OutputArray
  let boxes: OutputArray
  let columns: Int
  let classes: Int
  let reading: BoxReading

  init(
    _ outputs: [OutputArray], _ reading: BoxReading, extraLogits: Int
  ) throws(TaskError) {
    guard outputs.count >= 2 else { throw .missingOutput(index: 1, count: outputs.count) }
    let lengths = outputs.map { $0.lengths(rank: 2) }
    guard let boxes = lengths.lastIndex(where: { $0?[1] == 4 }), let queries = lengths[boxes]?[0]
    else { throw .wrongShape(shape: outputs[1].shape, expected: "Q x 4") }
    let logits = lengths.indices.first { $0 != boxes && lengths[$0]?[0] == queries }
    guard let logits, let columns = lengths[logits]?[1], columns > extraLogits else {
      let shape = outputs[boxes == 0 ? 1 : 0].shape
      throw .wrongShape(shape: shape, expected: "\(queries) x C logits")
    }
    guard let classes = reading.classes(columns: columns - extraLogits, after: 0) else {
      throw .wrongShape(
        shape: outputs[logits].shape,
        expected: "\(queries) x \(reading.columns(after: extraLogits))")
    }
    (self.logits, self.boxes) = (outputs[logits], outputs[boxes])
    (self.columns, self.classes, self.reading) = (columns, classes, reading)
  }

  func detections(_ scores: ([Double]) -> [Double]) -> [Detection] {
    var detections: [Detection] = []
    for query in 0..<boxes.values.count / 4 {
      let row = boxes.values[query * 4..<query * 4 + 4].map(Double.init)
      let box = Box(
        centerX: row[0] * Double(reading.width), centerY: row[1] * Double(reading.height),
        width: row[2] * Double(reading.width), height: row[3] * Double(reading.height))
      let start = query * columns
      let scores = scores(logits.values[start..<start + columns].map(Double.init))
      reading.append(box, classes: classes, to: &detections) { scores[$0] }
    }
    return detections
  }
}
