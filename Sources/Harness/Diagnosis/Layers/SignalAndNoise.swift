import Foundation

/// Sums behind a signal-to-quantization-noise ratio.
public struct SignalAndNoise: Sendable, Hashable {
  public var signal = 0.0
  public var noise = 0.0

  public init() {}

  /// Adds Σx² and Σ(x − x̂)² of as many pairs as both hold.
  mutating func add(_ reference: UnsafeBufferPointer<Float>, _ other: UnsafeBufferPointer<Float>) {
    for i in 0..<min(reference.count, other.count) {
      let x = Double(reference[i])
      let error = x - Double(other[i])
      signal += x * x
      noise += error * error
    }
  }

  mutating func merge(_ other: SignalAndNoise) {
    signal += other.signal
    noise += other.noise
  }

  /// In dB; nil where nothing was seen or the two are equal.
  public var decibels: Double? {
    noise > 0 && signal > 0 ? 10 * log10(signal / noise) : nil
  }
}
