import Foundation

/// The standard normal distribution.
public enum Normal {
  /// P(X ≤ x).
  public static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

  /// The x with P(X ≤ x) = `probability`, accurate to a few units in the last place.
  ///
  /// Newton's method on log Φ, which is concave and increasing: from any point left of the root it
  /// climbs without overshooting, and Φ(x) ≤ ½exp(−x²/2) for x ≤ 0 gives such a point.
  public static func quantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a quantile needs a probability in (0, 1)")
    if probability > 0.5 { return -quantile(1 - probability) }
    var x = -max(0, -2 * log(2 * probability)).squareRoot()
    for _ in 0..<100 {
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      let step = log(probability / cumulative(x)) * cumulative(x) / density
      x += step
      if abs(step) <= 4 * x.ulp { break }
    }
    return x
  }

  /// The half-width, in standard deviations, of the central interval that holds `confidence`.
  static func width(ofConfidence confidence: Double) -> Double { -quantile((1 - confidence) / 2) }
}
