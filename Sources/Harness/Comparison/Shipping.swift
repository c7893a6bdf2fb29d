/// Which file of a comparison to ship, or which comes nearest to it.
///
/// Of the files within the limits that were asked for it is the smallest; where several are as small, to two percent, the one
/// that loses least of the metric, then the smaller, then the simpler: the one that comes first in the comparison. A gain
/// counts as no loss: it is luck of these images more often than not. Without limits nothing says how much may be lost, and
/// the file that loses least is named.
public struct Shipping: Sendable {
  public enum Finding: String, Sendable {
    /// The file is within the limits.
    case ship
    /// No limits were given; none loses less.
    case closest
    /// No file was shown to be within the limits, and this one may be with more images.
    case undecided
    /// Every file is beyond the limits; this one by least.
    case none
  }

  public let finding: Finding
  public let file: ComparedFile

  /// nil where nothing but the original was measured.
  init?(_ comparison: Comparison) {
    let candidates = comparison.files.filter { file in
      file.result.kind != .original && file.result.drop != nil
        && file.arms.contains { !$0.isAblation }
    }
    guard let closest = Self.closest(candidates) else { return nil }
    let passing = candidates.filter { $0.result.verdict == .pass }
    let open = candidates.filter { $0.result.verdict == .inconclusive }
    if let small = Self.closest(Self.smallest(passing)) {
      (finding, file) = (.ship, small)
    } else if let promising = Self.closest(open) {
      (finding, file) = (.undecided, promising)
    } else {
      (finding, file) = (closest.result.verdict == nil ? .closest : .none, closest)
    }
  }

  private static func smallest(_ files: [ComparedFile]) -> [ComparedFile] {
    let least = files.map(\.result.bytes).min() ?? 0
    return files.filter { 50 * $0.result.bytes <= 51 * least }
  }

  /// Of equal ones the smaller, then the first.
  private static func closest(_ files: [ComparedFile]) -> ComparedFile? {
    files.enumerated().min { one, other in
      key(one.element, one.offset) < key(other.element, other.offset)
    }?.element
  }

  /// Losses that print the same are the same.
  private static func key(_ file: ComparedFile, _ place: Int) -> (Double, Int, Int) {
    (max(0, (10_000 * (file.result.drop ?? 1)).rounded()), file.result.bytes, place)
  }
}

extension Comparison {
  public var shipping: Shipping? { Shipping(self) }
}
