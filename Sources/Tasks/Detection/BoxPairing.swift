/// Which boxes of one image were found again: an arm's detections beside a reference's.
public struct BoxPairing: Hashable, Sendable {
  /// One object as both found it.
  public struct Pair: Hashable, Sendable {
    public var reference: Detection
    public var arm: Detection

    public init(reference: Detection, arm: Detection) {
      self.reference = reference
      self.arm = arm
    }
  }

  /// Boxes of both, in the order of the arm's classes and scores.
  public private(set) var found: [Pair] = []
  /// Boxes of the arm alone, in the same order.
  public private(set) var extra: [Detection] = []
  /// Boxes of the reference alone, in its order.
  public private(set) var lost: [Detection]

  /// The least intersection over union of a box that is found again.
  public static let overlap = 0.5

  /// In order of score, each of the arm's boxes takes the free box of the reference of its class that it overlaps most, and
  /// by at least `overlap` (of equal ones the first).
  ///
  /// - Parameter confidence: boxes of both count from scores above this.
  public init(
    _ detections: [Detection], reference: [Detection], above confidence: Double,
    overlap: Double = BoxPairing.overlap
  ) {
    lost = reference.filter { $0.score > confidence }
    let shown = detections.filter { $0.score > confidence }
    for detection in shown.rankedByCategory().map({ shown[$0] }) {
      if let match = lost.mostCovered(by: detection, from: overlap) {
        found.append(Pair(reference: lost.remove(at: match), arm: detection))
      } else {
        extra.append(detection)
      }
    }
  }
}

extension [Detection] {
  fileprivate func mostCovered(by detection: Detection, from overlap: Double) -> Int? {
    var (best, highest): (Int?, Double) = (nil, -1)
    for (index, other) in enumerated() where other.category == detection.category {
      let shared = other.box.overlap(detection.box)
      if shared >= overlap, shared > highest { (best, highest) = (index, shared) }
    }
    return best
  }
}
