import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CalibrantImaging

/// Real photographs: decoded, reduced and enlarged by every smooth filter, each pixel Pillow's.
@Suite struct PillowComparisonTests {
  struct Expected {
    let path: String
    let hashes: [String]

    init(line: Substring) {
      let words = line.split(separator: " ").map(String.init)
      path = words[0]
      hashes = Array(words[1...])
    }
  }

  @Test(.enabled(if: SharedData.isAvailable))
  func allImageNetTestImagesEqualPillow() throws {
    let root = try #require(SharedData.root)
    let folder = URL(filePath: root).appending(path: "data/imagenet/test")
    let golden = String(decoding: try Fixture.data("pillow_imagenet.txt"), as: UTF8.self)
    let expected = golden.split(separator: "\n").map(Expected.init)
    #expect(expected.count == 400)

    let different = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: expected.count) { index in
      let image = expected[index]
      let hashes = try? Self.hashes(of: folder.appending(path: image.path))
      if hashes != image.hashes { different.withLock { $0.append(image.path) } }
    }
    #expect(different.withLock { $0.sorted() } == [])
  }

  /// In the order of `scripts/compare_with_pillow.py`.
  private static func hashes(of file: URL) throws -> [String] {
    let image = try decodeImage(Data(contentsOf: file))
    let (width, height) = (image.width * 9 / 8, image.height * 9 / 8)
    var hashes = [pixelHash(image.pixels)]
    for filter in [Interpolation.bilinear, .bicubic, .lanczos] {
      let recipe = Preprocessing(
        resize: .shorterSide(256), crop: 227, interpolation: filter)
      hashes.append(pixelHash(try recipe.prepared(image).pixels))
      let enlarged = try image.resized(width: width, height: height, interpolation: filter)
      hashes.append(pixelHash(enlarged.pixels))
    }
    return hashes
  }
}
