/// Two classifiers on the same images, counted by who was right.
public struct PairedCounts: Sendable, Hashable {
  public var bothRight: Int

  /// Right before, wrong after.
  public var broken: Int

  /// Wrong before, right after.
  public var fixed: Int

  public var bothWrong: Int

  public init(bothRight: Int, broken: Int, fixed: Int, bothWrong: Int) {
    self.bothRight = bothRight
    self.broken = broken
    self.fixed = fixed
    self.bothWrong = bothWrong
  }

  /// Counts `before` against `after`, which hold the same images in the same order.
  public init(before: [Record], after: [Record]) {
    precondition(before.count == after.count, "paired records must be of the same images")
    self.init(bothRight: 0, broken: 0, fixed: 0, bothWrong: 0)
    for (old, new) in zip(before, after) { add(before: old.isCorrect, after: new.isCorrect) }
  }

  /// Counts one image by who was right.
  public mutating func add(before: Bool, after: Bool) {
    switch (before, after) {
    case (true, true): bothRight += 1
    case (true, false): broken += 1
    case (false, true): fixed += 1
    case (false, false): bothWrong += 1
    }
  }

  public var total: Int { bothRight + broken + fixed + bothWrong }

  /// The share right before minus the share right after; positive = worse.
  public var drop: Double { total == 0 ? 0 : Double(broken - fixed) / Double(total) }
}
