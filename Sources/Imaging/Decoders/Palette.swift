/// 256 colours, black where a file gives fewer.
struct Palette {
  /// RGB after RGB.
  private var colors = [UInt8](repeating: 0, count: 256 * ImageBuffer.channels)

  init() {}

  /// The grey levels from a function of the index.
  init(grey level: (Int) -> UInt8) {
    for index in 0..<256 { self[index] = (level(index), level(index), level(index)) }
  }

  /// The palette itself, or all grey levels where each of the first `count` colours is the grey of its index: Pillow takes
  /// such images for grey, also beyond the palette's end.
  func completedIfGrey(_ count: Int) -> Palette {
    let isGrey = (0..<count).allSatisfy { index in
      self[index] == (UInt8(index), UInt8(index), UInt8(index))
    }
    return isGrey ? Palette { UInt8($0) } : self
  }

  /// The colour of an index of 0 to 255.
  subscript(index: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
    get { (colors[3 * index], colors[3 * index + 1], colors[3 * index + 2]) }
    set {
      colors[3 * index] = newValue.red
      colors[3 * index + 1] = newValue.green
      colors[3 * index + 2] = newValue.blue
    }
  }

  /// The image of H×W indices, rows top to bottom.
  func image(_ indices: [UInt8], _ size: ImageSize) -> ImageBuffer {
    var pixels = [UInt8](repeating: 0, count: indices.count * ImageBuffer.channels)
    for (pixel, index) in indices.enumerated() {
      let color = 3 * Int(index)
      for channel in 0..<3 { pixels[3 * pixel + channel] = colors[color + channel] }
    }
    return ImageBuffer(width: size.width, height: size.height, pixels: pixels)
  }
}
