/// The order of an input tensor's three planes.
public enum ChannelOrder: String, Codable, Sendable, CaseIterable {
  case rgb
  case bgr
}

extension ImageBuffer {
  /// Writes the image as float32 planes (C×H×W): `(value / 255 − mean) / std`, in that order.
  ///
  /// `mean` and `std` are per plane, in the planes' order; `planes` holds `3 * height * width` floats.
  public func normalize(
    mean: [Float], std: [Float], order: ChannelOrder,
    into planes: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(
      mean.count == Self.channels && std.count == Self.channels,
      "normalisation has one mean and one deviation per channel")
    precondition(planes.count == pixels.count, "the target holds 3×H×W floats")
    let plane = width * height
    pixels.withUnsafeBufferPointer { pixels in
      guard let source = pixels.baseAddress, let target = planes.baseAddress else { return }
      for channel in 0..<Self.channels {
        let table = (0...255).map { (Float($0) / 255 - mean[channel]) / std[channel] }
        let sourceChannel = order == .rgb ? channel : Self.channels - 1 - channel
        table.withUnsafeBufferPointer { table in
          guard let table = table.baseAddress else { return }
          look(source + sourceChannel, up: table, into: target + channel * plane, count: plane)
        }
      }
    }
  }
}

private func look(
  _ source: UnsafePointer<UInt8>, up table: UnsafePointer<Float>,
  into plane: UnsafeMutablePointer<Float>, count: Int
) {
  var i = 0
  while i < count {
    plane[i] = table[Int(source[i &* ImageBuffer.channels])]
    i &+= 1
  }
}
