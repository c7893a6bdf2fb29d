/// Per sample and class, the boxes of highest score that do not overlap a better one too much: rows of sample, class
/// and box. https://onnx.ai/onnx/operators/onnx__NonMaxSuppression.html
struct NonMaxSuppression: DataDependentOperator {
  static let opType = "NonMaxSuppression"
  static let sinceVersion = 10
  static let traits = OperatorTraits(yieldsNoFloats: true)

  private let areCentred: Bool

  init(_ node: Node) throws(GraphError) {
    areCentred = try node.attributes.flag("center_point_box")
  }

  func results(_ inputs: [Tensor?], _ scratch: Scratch) throws(GraphError) -> [Tensor] {
    guard inputs.count >= 2, let boxes = inputs[0], let scores = inputs[1],
      boxes.dtype == .float32, scores.dtype == .float32, boxes.shape.rank == 3,
      scores.shape.rank == 3, boxes.shape[2] == 4,
      boxes.shape.dims.prefix(2) == [scores.shape[0], scores.shape[2]]
    else { throw .shapeMismatch(reason: "boxes and scores do not belong together") }
    func number(_ index: Int) -> Tensor? {
      index < inputs.count ? inputs[index].flatMap { $0.count == 1 ? $0 : nil } : nil
    }
    guard [3, 4].allSatisfy({ (number($0)?.dtype ?? .float32) == .float32 }) else {
      throw .wrongInput(name: "iou_threshold", reason: "and 'score_threshold' must be float32")
    }
    let limit = max(0, number(2)?.integers?[0] ?? 0)
    let overlap = number(3)?.array(of: Float.self)[0] ?? 0
    let least = number(4)?.array(of: Float.self)[0]
    let (values, count) = (scores.array(of: Float.self), boxes.shape[1])
    let corners = boxes.array(of: Float.self)
    var rows: [Int64] = []
    for sample in 0..<(scores.count > 0 ? scores.shape[0] : 0) {
      let rectangles = (0..<count).map { box in
        Rectangle(corners[((sample * count + box) * 4)...].prefix(4), areCentred)
      }
      for kind in 0..<scores.shape[1] {
        let first = (sample * scores.shape[1] + kind) * count
        let candidates = values[first..<first + count]
        let kept = Self.kept(Array(candidates), rectangles, limit, overlap, least)
        rows += kept.flatMap { [Int64(sample), Int64(kind), Int64($0)] }
      }
    }
    return [Tensor(rows, shape: [rows.count / 3, 3])]
  }

  /// Boxes in order of score, the first of equal ones first, without those that overlap one before them.
  private static func kept(
    _ scores: [Float], _ boxes: [Rectangle], _ limit: Int, _ overlap: Float, _ least: Float?
  ) -> [Int] {
    let order = scores.indices.filter { scores[$0] > (least ?? -.infinity) }
      .sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
    var kept: [Int] = []
    for box in order where kept.count < limit {
      if !kept.contains(where: { boxes[box].overlap(boxes[$0]) > overlap }) { kept.append(box) }
    }
    return kept
  }
}

/// An axis-aligned box.
private struct Rectangle {
  let y: (low: Float, high: Float)
  let x: (low: Float, high: Float)

  /// Two opposite corners as y, x, y, x, or centre x, y, width and height.
  init(_ v: ArraySlice<Float>, _ isCentred: Bool) {
    let v = Array(v)
    if isCentred {
      x = (v[0] - v[2] / 2, v[0] + v[2] / 2)
      y = (v[1] - v[3] / 2, v[1] + v[3] / 2)
    } else {
      y = (min(v[0], v[2]), max(v[0], v[2]))
      x = (min(v[1], v[3]), max(v[1], v[3]))
    }
  }

  private var area: Float { (y.high - y.low) * (x.high - x.low) }

  /// Intersection over union; 0 where either is empty.
  func overlap(_ other: Rectangle) -> Float {
    let height = min(y.high, other.y.high) - max(y.low, other.y.low)
    let width = min(x.high, other.x.high) - max(x.low, other.x.low)
    guard height > 0, width > 0, area > 0, other.area > 0 else { return 0 }
    return height * width / (area + other.area - height * width)
  }
}
