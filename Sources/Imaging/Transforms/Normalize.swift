/// The order of colour planes a model reads.
public enum ChannelOrder: String, Sendable, Codable, CaseIterable {
  case rgb, bgr
}

/// Turns 8-bit pixels into the floats a model reads: (v / 255 − mean) / std per channel, planes C × H × W.
///
/// A table per channel holds the 256 possible values, computed in float32 in that order of operations.
public struct Normalization: Sendable {
  /// 256 values for each plane, in the order planes are written.
  private let tables: [Float]
  /// Which of R, G, B each plane is.
  private let sources: [Int]

  /// - Parameters:
  ///   - mean, std: one value per plane, in the order the model reads them.
  public init(mean: [Float], std: [Float], order: ChannelOrder) {
    precondition(mean.count == 3 && std.count == 3, "an image has three planes")
    tables = (0..<3).flatMap { plane in
      (0..<256).map { (Float($0) / 255 - mean[plane]) / std[plane] }
    }
    sources = order == .rgb ? [0, 1, 2] : [2, 1, 0]
  }

  /// - Parameter values: 3 × H × W floats.
  public func write(_ image: ImageBuffer, into values: UnsafeMutableBufferPointer<Float>) {
    let size = image.width * image.height
    precondition(values.count == 3 * size, "a normalised image has 3 × H × W floats")
    tables.withUnsafeBufferPointer { tables in
      image.pixels.withUnsafeBufferPointer { pixels in
        for plane in 0..<3 {
          let table = tables.baseAddress! + plane * 256
          let source = pixels.baseAddress! + sources[plane]
          let target = values.baseAddress! + plane * size
          for i in 0..<size { target[i] = table[Int(source[3 &* i])] }
        }
      }
    }
  }
}
