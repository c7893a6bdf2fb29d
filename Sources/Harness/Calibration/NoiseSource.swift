import CalibrantEngine
import CalibrantLinearAlgebra

/// Seeded standard-normal samples, to try a pipeline where there is no data. What is observed on them says nothing
/// about real images.
public struct NoiseSource: SampleSource {
  public let count: Int
  public let sampleShape: [Int]

  /// - Throws: `HarnessError` for a program that reads no image, or whose size cannot be found.
  public init(count: Int, for program: Program) throws(HarnessError) {
    let input = try ImageInput(of: program)
    let size = try input.sides(in: program)
    self.count = count
    sampleShape = [input.channels, size.height, size.width]
  }

  public func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) {
    var random = SplitMix64(seed: UInt64(index))
    for i in values.indices {
      // The sum of twelve uniform numbers is close to normal (Irwin–Hall) and the same on every machine.
      var sum: Float = -6
      for _ in 0..<12 { sum += Float.random(in: 0..<1, using: &random) }
      values[i] = sum
    }
  }
}

extension CalibrationData {
  public init(_ noise: NoiseSource) {
    self.init(noise, digest: "noise-\(noise.count)", preparation: "seeded noise")
  }
}
