/// The indices that classes of a file may have.
///
/// Lists by index are as long as the highest one, so one wild index must not decide how much work a small file is.
struct ClassIndices {
  private let range: ClosedRange<Int>

  /// - Parameter count: how many different classes the file names; so many lie in memory.
  init(of count: Int) { range = 0...max(99_999, 10 * count) }

  func contains(_ index: Int) -> Bool { range.contains(index) }

  /// What is said of an index outside.
  var requirement: String {
    "a class index lies in 0...\(range.upperBound): at most at 99999, or ten times the number of classes that the file names"
  }
}
