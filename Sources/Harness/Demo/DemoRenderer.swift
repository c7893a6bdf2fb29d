import CalibrantImaging

/// Turns scenes into pixels: textures per pixel, edges from 4x4 samples per pixel, noise on top.
enum DemoRenderer {
  private static let samplesPerSide = 4

  /// `scene` as a square image with sides of `side` pixels; `random` supplies the noise.
  static func render(_ scene: DemoScene, side: Int, random: inout DemoRandom) -> ImageBuffer {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(side * side * ImageBuffer.channels)
    for row in 0..<side {
      for column in 0..<side {
        let color = color(of: scene, row: row, column: column, side: side)
        for channel in 0..<ImageBuffer.channels {
          pixels.append(byte(color[channel] + scene.noise * random.bell()))
        }
      }
    }
    return ImageBuffer(width: side, height: side, pixels: pixels)
  }

  private static func color(
    of scene: DemoScene, row: Int, column: Int, side: Int
  ) -> DemoColor {
    let middle = place(row: Double(row) + 0.5, column: Double(column) + 0.5, side: side)
    var color = scene.background.color(at: middle)
    let covered = coverage(row: row, column: column, side: side) { scene.shapeContains($0) }
    color += (scene.fill.color(at: middle) - color) * covered
    for bar in scene.bars {
      let hidden = coverage(row: row, column: column, side: side) { bar.contains($0) }
      color += (bar.color - color) * hidden
    }
    return color
  }

  /// The share of a pixel's samples for which `contains` holds.
  @inline(__always)
  private static func coverage(
    row: Int, column: Int, side: Int, contains: (DemoPoint) -> Bool
  ) -> Double {
    let step = 1 / Double(samplesPerSide)
    var count = 0
    for i in 0..<samplesPerSide {
      for j in 0..<samplesPerSide {
        let sample = place(
          row: Double(row) + (Double(i) + 0.5) * step,
          column: Double(column) + (Double(j) + 0.5) * step, side: side)
        if contains(sample) { count += 1 }
      }
    }
    return Double(count) * step * step
  }

  /// Pixel units to -1...1.
  private static func place(row: Double, column: Double, side: Int) -> DemoPoint {
    let scale = 2 / Double(side)
    return DemoPoint(x: column * scale - 1, y: row * scale - 1)
  }

  /// A share of full scale as a byte, cut off at both ends.
  static func byte(_ value: Double) -> UInt8 {
    UInt8(min(max(value, 0), 1) * 255 + 0.5)
  }
}
