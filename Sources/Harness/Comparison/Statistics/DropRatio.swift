/// How many times smaller one arm's drop is than another's, both against the same original.
///
/// E. C. Fieller, "Some problems in interval estimation", 1954: the θ for which x̄ − θ ȳ could be zero,
/// where x and y are the two arms' losses (1 broken, −1 fixed, 0 else) image by image. Unlike the
/// quotient of two intervals it knows that both arms saw the same images; and it exists only where
/// the smaller drop is told apart from zero, without which no multiple of it means anything.
public struct DropRatio: Sendable, Codable, Hashable {
  /// The larger drop divided by the smaller.
  public let ratio: Double

  /// 95 %.
  public let interval: Interval

  /// Sums over images of the losses x (of the arm expected to be worse) and y, and of their products.
  struct Moments {
    var count = 0
    var x = 0
    var y = 0
    var xx = 0
    var yy = 0
    var xy = 0

    mutating func add(_ x: Int, _ y: Int) {
      count += 1
      self.x += x
      self.y += y
      xx += x * x
      yy += y * y
      xy += x * y
    }
  }

  /// nil where no multiple can be named: one of the drops could be zero or negative, or the two could
  /// be equal.
  init?(_ moments: Moments, confidence: Double = 0.95) {
    let n = Double(moments.count)
    guard moments.count > 1, moments.x > 0, moments.y > 0 else { return nil }
    let (x, y) = (Double(moments.x) / n, Double(moments.y) / n)
    /// The covariance of two means.
    func covariance(_ products: Int, _ a: Double, _ b: Double) -> Double {
      (Double(products) / n - a * b) / (n - 1)
    }
    let z = Normal.width(ofConfidence: confidence)
    let a = y * y - z * z * covariance(moments.yy, y, y)
    let b = x * y - z * z * covariance(moments.xy, x, y)
    let c = x * x - z * z * covariance(moments.xx, x, x)
    guard a > 0, b * b >= a * c else { return nil }
    let root = (b * b - a * c).squareRoot()
    interval = Interval((b - root) / a, (b + root) / a)
    ratio = x / y
    guard interval.lower > 1 else { return nil }
  }

  /// - Parameters: records of the same images in the same order.
  init?(original: [Record], larger: [Record], smaller: [Record]) {
    precondition(
      original.count == larger.count && original.count == smaller.count,
      "drops are compared on the same images")
    var moments = Moments()
    for index in original.indices {
      let before = original[index].isCorrect ? 1 : 0
      moments.add(
        before - (larger[index].isCorrect ? 1 : 0), before - (smaller[index].isCorrect ? 1 : 0))
    }
    self.init(moments)
  }
}
