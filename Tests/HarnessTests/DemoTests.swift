import Foundation
import CalibrantImaging
import Testing

@testable import CalibrantHarness

/// FNV-1a, enough to notice that a byte changed.
func fingerprint(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

@Suite struct DemoTests {
  /// The first outputs for seed 1234567 that the reference program splitmix64.c prints.
  @Test func splitMix64FollowsTheReference() {
    var random = DemoRandom(seed: 1_234_567)
    let drawn = (0..<3).map { _ in random.next() }
    #expect(
      drawn == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
  }

  @Test func distributionsHaveTheirMoments() {
    var random = DemoRandom(seed: 7)
    let count = 20_000
    let bells = (0..<count).map { _ in random.bell() }
    let mean = bells.reduce(0, +) / Double(count)
    let variance = bells.reduce(0) { $0 + $1 * $1 } / Double(count)
    // Five standard errors: 1/sqrt(n) for the mean, below sqrt(2/n) for the variance.
    #expect(abs(mean) < 0.036)
    #expect(abs(variance - 1) < 0.05)
    for _ in 0..<100 {
      let direction = random.direction()
      #expect(abs(direction.dot(direction) - 1) < 1e-12)
    }
    #expect(Set((0..<200).map { _ in random.index(below: 5) }) == Set(0..<5))
  }

  @Test func classNamesAreInFolderOrder() {
    #expect(DemoImages.classNames.count == 10)
    #expect(DemoImages.classNames == DemoImages.classNames.sorted())
  }

  /// Pixels of the second test image of every class, as Pillow reads the PNG files
  /// (scripts/demo_fingerprint.py). The bundled network and every figure measured on the demo depend on
  /// them.
  @Test func pixelsNeverChange() {
    let pixels = DemoImages.classNames.indices.flatMap {
      DemoImages.image(split: .test, label: $0, index: 1).pixels
    }
    #expect(fingerprint(pixels) == 0xBDD6_2914_6854_81A7)
  }

  @Test func everyImageIsDifferent() {
    var seen = Set<[UInt8]>()
    for split in DemoImages.Split.allCases {
      for label in DemoImages.classNames.indices {
        for index in 0..<5 {
          seen.insert(DemoImages.image(split: split, label: label, index: index).pixels)
        }
      }
    }
    #expect(seen.count == DemoImages.Split.allCases.count * 10 * 5)
  }

  /// Area of each shape in its own frame: what a 400x400 grid covers against the exact formula.
  @Test(arguments: DemoShape.allCases)
  func shapesHaveTheirAreas(shape: DemoShape) {
    guard let area = exactArea(of: shape) else { return }
    let steps = 400
    var inside = 0
    for i in 0..<steps {
      for j in 0..<steps {
        let p = DemoPoint(
          x: (Double(i) + 0.5) * 2.4 / Double(steps) - 1.2,
          y: (Double(j) + 0.5) * 2.4 / Double(steps) - 1.2)
        if shape.contains(p) { inside += 1 }
      }
    }
    let cell = 2.4 / Double(steps)
    #expect(abs(Double(inside) * cell * cell - area) < 0.02)
  }

  /// Nil for outlines made of arcs that meet, or of lines that the shape does not give directly.
  private func exactArea(of shape: DemoShape) -> Double? {
    switch shape {
    case .checker: 5 * 0.56 * 0.56
    case .cross: 2 * 1.8 * 0.6 - 0.6 * 0.6
    case .disc: Double.pi * 0.64
    case .ring: Double.pi * (0.77 - 0.22)
    case .square: 1.4 * 1.4
    case .stripes: 3 * 1.6 * 0.32
    case .triangle: 0.75 * 3.0.squareRoot()
    case .crescent, .dumbbell, .star: nil
    }
  }

  @Test func foldersAreBalancedAndRepeatable() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "demo-\(UUID())")
    defer { try? FileManager.default.removeItem(at: root) }
    try DemoImages.write(to: root.appending(path: "a"), split: .calibration, perClass: 3)
    try DemoImages.write(to: root.appending(path: "b"), split: .calibration, perClass: 2)
    for name in DemoImages.classNames {
      let folder = root.appending(path: "a/calibration/\(name)")
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(files == ["0001.jpg", "0002.png", "0003.jpg"])
      for file in files.prefix(2) {
        let again = root.appending(path: "b/calibration/\(name)/\(file)")
        #expect(try Data(contentsOf: folder.appending(path: file)) == Data(contentsOf: again))
      }
    }
  }

  /// The embedded bytes are the committed files, to the last one.
  @Test(arguments: DemoModel.allCases)
  func theModelIsTheCommittedFile(model: DemoModel) throws {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = package.appending(path: "Sources/CDemoModel/\(model.fileName)")
    #expect(try model.data == Data(contentsOf: file))
    #expect((50_000..<250_000).contains(model.data.count))
  }

  @Test func anUnwritableFolderIsAnError() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "demo-file-\(UUID())")
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(throws: (any Error).self) {
      try DemoImages.write(to: file, split: .test, perClass: 1)
    }
  }
}
