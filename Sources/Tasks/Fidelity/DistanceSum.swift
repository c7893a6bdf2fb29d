import Foundation
import CalibrantLinearAlgebra

/// Distances of many images put together: the same for every order and grouping, since sums are exact.
public struct DistanceSum: Sendable, Codable, Hashable {
  private var signal = ExactSum()
  private var noise = ExactSum()
  private var product = ExactSum()
  private var power = ExactSum()
  public private(set) var largestDifference: Float = 0
  public private(set) var count = 0
  public private(set) var incomparable = 0

  public init() {}

  public mutating func add(_ distance: OutputDistance) {
    signal.add(distance.signal)
    noise.add(distance.noise)
    product.add(distance.product)
    power.add(distance.power)
    largestDifference = max(largestDifference, distance.largestDifference)
    count += distance.count
    incomparable += distance.incomparable
  }

  public mutating func merge(_ other: DistanceSum) {
    signal.add(other.signal)
    noise.add(other.noise)
    product.add(other.product)
    power.add(other.power)
    largestDifference = max(largestDifference, other.largestDifference)
    count += other.count
    incomparable += other.incomparable
  }

  /// 10 log₁₀(Σx² / Σ(x − y)²) in dB; nil where nothing differs.
  public var sqnr: Double? { Decibels.ratio(signal.value, noise.value) }

  /// Σxy / √(Σx² · Σy²); nil where either is 0 everywhere.
  public var cosine: Double? { Cosine.similarity(product.value, signal.value, power.value) }
}

enum Decibels {
  static func ratio(_ signal: Double, _ noise: Double) -> Double? {
    noise > 0 ? 10 * log10(signal / noise) : nil
  }
}

enum Cosine {
  /// From a dot product and the squares of both lengths.
  static func similarity(_ product: Double, _ first: Double, _ second: Double) -> Double? {
    guard first > 0, second > 0 else { return nil }
    // Rounding must not make more than a right angle of nothing.
    return min(max(product / (first.squareRoot() * second.squareRoot()), -1), 1)
  }
}
