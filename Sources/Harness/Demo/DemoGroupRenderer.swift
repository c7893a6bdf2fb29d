import CalibrantImaging

/// Turns groups into pixels and into the truth about them, both from the same 4x4 samples per pixel: what of them each shape
/// covers decides colours, boxes and masks alike.
struct DemoGroupRenderer {
  private static let samplesPerSide = 4
  private static let samplesPerPixel = samplesPerSide * samplesPerSide

  private let group: DemoGroup
  private let side: Int
  /// How many samples of a pixel each member covers, visibly: pixels × members, rows top to bottom.
  private let visible: [UInt8]
  private let extents: [DemoTruth.Extent]

  /// - Parameter side: of the square image, in pixels.
  init(_ group: DemoGroup, side: Int) {
    (self.group, self.side) = (group, side)
    let count = group.members.count
    var visible = [UInt8](repeating: 0, count: side * side * count)
    var extents = [DemoTruth.Extent](repeating: DemoTruth.Extent(), count: count)
    let steps = side * Self.samplesPerSide
    for row in 0..<steps {
      for column in 0..<steps {
        let place = Self.place(
          row: Double(row) + 0.5, column: Double(column) + 0.5, steps: steps)
        guard let top = group.members.lastIndex(where: { $0.contains(place) }) else { continue }
        let pixel = row / Self.samplesPerSide * side + column / Self.samplesPerSide
        visible[pixel * count + top] += 1
        extents[top].include(row: row, column: column)
      }
    }
    (self.visible, self.extents) = (visible, extents)
  }

  /// `random` supplies the noise.
  func image(random: inout DemoRandom) -> ImageBuffer {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(side * side * ImageBuffer.channels)
    for row in 0..<side {
      for column in 0..<side {
        let color = color(row: row, column: column)
        for channel in 0..<ImageBuffer.channels {
          pixels.append(DemoRenderer.byte(color[channel] + group.noise * random.bell()))
        }
      }
    }
    return ImageBuffer(width: side, height: side, pixels: pixels)
  }

  /// The members that are to be seen, in their order.
  var truths: [DemoTruth] {
    group.members.indices.compactMap { member in
      guard extents[member].samples > 0 else { return nil }
      return DemoTruth(
        label: group.members[member].label, extent: extents[member],
        samplesPerSide: Self.samplesPerSide)
    }
  }

  /// 0 where the ground fills a pixel, 1 + label where a member does, 255 on outlines.
  var mask: IndexMask {
    IndexMask(width: side, height: side, indices: (0..<side * side).map(index))
  }

  private func index(pixel: Int) -> UInt8 {
    let counts = counts(pixel: pixel)
    if counts.allSatisfy({ $0 == 0 }) { return 0 }
    guard let whole = counts.firstIndex(where: { $0 == Self.samplesPerPixel }) else { return 255 }
    return UInt8(1 + group.members[whole - counts.startIndex].label)
  }

  private func color(row: Int, column: Int) -> DemoColor {
    let middle = Self.place(row: Double(row) + 0.5, column: Double(column) + 0.5, steps: side)
    let ground = group.ground.color(at: middle)
    var color = ground
    for (member, count) in zip(group.members, counts(pixel: row * side + column)) where count > 0 {
      let share = Double(count) / Double(Self.samplesPerPixel)
      color += (member.fill.color(at: middle) - ground) * share
    }
    return color
  }

  private func counts(pixel: Int) -> ArraySlice<UInt8> {
    visible[pixel * group.members.count..<(pixel + 1) * group.members.count]
  }

  /// Units of which `steps` make a side, to -1...1.
  private static func place(row: Double, column: Double, steps: Int) -> DemoPoint {
    let scale = 2 / Double(steps)
    return DemoPoint(x: column * scale - 1, y: row * scale - 1)
  }
}
