/// What COCO's evaluation goes over (pycocotools' `Params`).
public enum COCOGrid {
  /// Overlaps from which a box counts as found: 0.5, 0.55 … 0.95, to the bits of NumPy's `linspace`.
  public static let overlaps = evenly(from: 0.5, to: 0.95, count: 10)
  /// 0, 0.01 … 1: precision is averaged over these.
  public static let recalls = evenly(from: 0, to: 1, count: recallCount)
  static let recallCount = 101
  /// As many detections of a class count in an image.
  public static let detectionLimits = [1, 10, 100]
  /// The last of `detectionLimits`: matching goes no further.
  public static let matchedDetections = 100

  private static func evenly(from first: Double, to last: Double, count: Int) -> [Double] {
    let step = (last - first) / Double(count - 1)
    return (0..<count - 1).map { first + Double($0) * step } + [last]
  }
}

/// COCO's sizes of objects, by area.
public enum BoxSize: Int, CaseIterable, Codable, Sendable {
  case all, small, medium, large

  /// In square pixels; a border belongs to both sizes.
  public var areas: ClosedRange<Double> {
    switch self {
    case .all: 0...1e10
    case .small: 0...1024
    case .medium: 1024...9216
    case .large: 9216...1e10
    }
  }
}

/// One value for each `BoxSize`.
public typealias BySize<Value: SIMDScalar> = SIMD4<Value>
