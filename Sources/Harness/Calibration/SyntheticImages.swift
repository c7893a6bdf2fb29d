import CalibrantImaging
import CalibrantLinearAlgebra

/// Seeded images that look like none and have what photographs share: contrast at every scale, the same in each octave
/// (amplitude falls as 1/frequency), channels that go together, and pixels between black and white.
///
/// They stand in for data where a file tells nothing of its activations: good enough for ranges and means, not for
/// rounding weights. The recipe depends on nothing but the sample's index.
public struct SyntheticImages: SampleSource {
  public let count: Int
  public let sampleShape: [Int]
  let preprocessing: Preprocessing

  /// How much of a channel's contrast it shares with the others, and how much is its own.
  private static let (shared, own): (Float, Float) = (0.85, 0.5)
  /// Mean and deviation of photographs' pixels, on a scale of 0…1.
  private static let (pixelMean, pixelDeviation): (Float, Float) = (0.449, 0.226)

  /// - Parameter size: that the model runs at (`ImageInput.sides`).
  public init(
    count: Int, for input: ImageInput, _ size: ImageSize, _ preprocessing: Preprocessing
  ) {
    self.count = count
    sampleShape = [input.channels, size.height, size.width]
    self.preprocessing = preprocessing
  }

  public func name(of index: Int) -> String { "synthetic image \(index)" }

  public func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) {
    var random = SplitMix64(seed: UInt64(index) &+ 0x5EED)
    let (height, width) = (sampleShape[1], sampleShape[2])
    let common = Self.octaves(height, width, &random)
    let planes = (0..<sampleShape[0]).map { _ in
      zip(common, Self.octaves(height, width, &random)).map { Self.shared * $0 + Self.own * $1 }
    }
    let all = planes.joined()
    let mean = all.reduce(0, +) / Float(all.count)
    let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(all.count)
    let contrast = Self.pixelDeviation / max(variance.squareRoot(), 1e-6)
    for (channel, plane) in planes.enumerated() {
      // Half of an image's brightness stays: photographs differ in it.
      let level = plane.reduce(0, +) / Float(plane.count) / 2
      let place = channel % preprocessing.mean.count
      let (offset, scale) = (preprocessing.mean[place], preprocessing.std[place])
      for (i, value) in plane.enumerated() {
        let pixel = min(max(Self.pixelMean + (value - level) * contrast, 0), 1)
        values[channel * plane.count + i] = (pixel - offset) / scale
      }
    }
  }

  /// Grids of normal numbers, each twice as fine as the one before, interpolated and added.
  private static func octaves(_ height: Int, _ width: Int, _ random: inout SplitMix64) -> [Float] {
    var plane = [Float](repeating: 0, count: height * width)
    var cells = 1
    while cells < max(height, width) {
      let side = cells + 2
      let grid = (0..<side * side).map { _ in normal(&random) }
      let shift = Float.random(in: 0..<1, using: &random)
      func places(_ length: Int) -> [(cell: Int, share: Float)] {
        (0..<length).map {
          let place = min(Float($0 * cells) / Float(length) + shift, Float(cells) + 0.999)
          return (Int(place), place - place.rounded(.down))
        }
      }
      let columns = places(width)
      for (y, (row, downward)) in places(height).enumerated() {
        let (upper, lower) = (grid[(row * side)...], grid[(row * side + side)...])
        upper.withUnsafeBufferPointer { upper in
          lower.withUnsafeBufferPointer { lower in
            for (x, (column, across)) in columns.enumerated() {
              let above = upper[column] * (1 - across) + upper[column + 1] * across
              let below = lower[column] * (1 - across) + lower[column + 1] * across
              plane[y * width + x] += above * (1 - downward) + below * downward
            }
          }
        }
      }
      cells *= 2
    }
    return plane
  }

  /// The sum of twelve uniform numbers, which is close to normal (Irwin–Hall) and the same on every machine.
  private static func normal(_ random: inout SplitMix64) -> Float {
    (0..<12).reduce(-6) { sum, _ in
      sum + Float(UInt32(truncatingIfNeeded: random.next()) & 0xFF_FFFF) * 0x1p-24
    }
  }
}

extension CalibrationData {
  init(_ images: SyntheticImages) throws {
    self.init(
      try KeptSamples(images), digest: "synthetic-\(images.count)", preparation: "synthetic images")
  }
}
