import Foundation
import CalibrantImaging
import TestSupport
import Testing

@testable import CalibrantHarness

@Suite struct DemoGroupTests {
  /// Pixels of test pictures 2, 4, … 20, and masks 1 to 20, as Pillow reads the PNG files
  /// (`scripts/demo_fingerprint.py --groups`). The bundled networks and every figure measured on the demo depend on them.
  @Test func pixelsAndMasksNeverChange() {
    let pictures = (0..<20).map { DemoGroups.picture(split: .test, index: $0) }
    let pixels = pictures.indices.filter { $0 % 2 == 1 }.flatMap { pictures[$0].image.pixels }
    #expect(fingerprint(pixels) == 0x0FDB_58DD_CC74_5A40)
    #expect(fingerprint(pictures.flatMap(\.mask.indices)) == 0x51CA_201C_DCB4_6F0F)
  }

  /// Every sample of the grid looked at by itself, without any of the renderer's shortcuts.
  @Test(arguments: [0, 3, 8, 15])
  func truthIsWhatTheShapesCover(index: Int) {
    var random = DemoRandom(path: [DemoImages.Split.test.seed, 0x67_726F_7570, UInt64(index)])
    let group = DemoGroup(random: &random)
    let picture = DemoGroups.picture(split: .test, index: index)
    let steps = 4 * DemoGroups.side
    var tops: [Int?] = []
    for row in 0..<steps {
      for column in 0..<steps {
        let place = DemoPoint(
          x: (Double(column) + 0.5) / Double(steps / 2) - 1,
          y: (Double(row) + 0.5) / Double(steps / 2) - 1)
        tops.append(
          group.members.lastIndex {
            DemoGroup.shapes[$0.label].contains($0.pose.ownFrame(place))
          })
      }
    }
    var truths: [DemoTruth] = []
    for (member, figure) in group.members.enumerated() {
      let samples = tops.indices.filter { tops[$0] == member }
      let rows = samples.map { $0 / steps }
      let columns = samples.map { $0 % steps }
      guard let top = rows.min(), let left = columns.min() else { continue }
      var extent = DemoTruth.Extent()
      for sample in samples { extent.include(row: sample / steps, column: sample % steps) }
      let truth = DemoTruth(label: figure.label, extent: extent, samplesPerSide: 4)
      #expect(truth.left == Double(left) / 4 && truth.top == Double(top) / 4)
      #expect(truth.width == Double((columns.max() ?? 0) + 1 - left) / 4)
      #expect(truth.height == Double((rows.max() ?? 0) + 1 - top) / 4)
      #expect(truth.area == Double(samples.count) / 16)
      truths.append(truth)
    }
    #expect(picture.truths == truths)
    let side = DemoGroups.side
    for pixel in 0..<side * side {
      let (row, column) = (pixel / side * 4, pixel % side * 4)
      let seen = (0..<16).map { tops[(row + $0 / 4) * steps + column + $0 % 4] }
      let members = Set(seen)
      let expected: Int =
        if members.count > 1 { 255 } else {
          seen[0].map { 1 + group.members[$0].label } ?? 0
        }
      #expect(Int(picture.mask.indices[pixel]) == expected)
    }
  }

  @Test func picturesHoldAllClassesAndDiffer() {
    let pictures = (0..<40).map { DemoGroups.picture(split: .training, index: $0) }
    let labels = Set(pictures.flatMap { $0.truths.map(\.label) })
    #expect(labels == Set(DemoGroups.classNames.indices))
    let others = (0..<40).map { DemoGroups.picture(split: .test, index: $0) }
    #expect(Set((pictures + others).map(\.image.pixels)).count == 80)
    #expect(DemoGroups.classNames == DemoGroups.classNames.sorted())
  }

  @Test func filesAreRepeatable() throws {
    let folder = try TemporaryFolder()
    let (one, two) = (URL(filePath: folder.file("a")), URL(filePath: folder.file("b")))
    for (root, count) in [(one, 3), (two, 2)] {
      try DemoGroups.write(
        to: root, split: .test, count: count, parts: [.images, .boxes, .masks])
    }
    let paths = ["test/0001.jpg", "test/0002.png", "test-masks/0001.png", "test-masks/0002.png"]
    for path in paths {
      #expect(
        try Data(contentsOf: one.appending(path: path))
          == Data(contentsOf: two.appending(path: path)))
    }
    let mask = try Data(contentsOf: one.appending(path: "test-masks/0003.png"))
    let read = try mask.withUnsafeBytes { try IndexMask($0) }
    #expect(read == DemoGroups.picture(split: .test, index: 2).mask)
  }
}
