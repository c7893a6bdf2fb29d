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

extension ImageBuffer {
  /// Writes the image's luma as one float32 plane (H×W): `(value / 255 − mean) / std`.
  ///
  /// ITU-R 601-2 in 16 fractional bits, as Pillow converts to mode L; a grey image keeps its values.
  public func normalizeGrey(
    mean: Float, std: Float, into plane: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(plane.count == width * height, "the target holds H×W floats")
    let table = (0...255).map { (Float($0) / 255 - mean) / std }
    for i in plane.indices {
      let (red, green, blue) = (Int(pixels[3 * i]), Int(pixels[3 * i + 1]), Int(pixels[3 * i + 2]))
      plane[i] = table[(red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16]
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
