import Foundation

@testable import CalibrantImaging

/// What Pillow and NumPy make of the fixtures (`Fixtures/make_fixtures.py`).
struct Golden: Decodable {
  struct Image: Decodable {
    let name: String
    let width: Int
    let height: Int
    let hash: String
  }

  struct Refused: Decodable {
    let name: String
  }

  struct Prepared: Decodable {
    let name: String
    let side: Int
    let pixels: String
    let planes: String
  }

  let decoded: [Image]
  let upright: [Image]
  let refused: [Refused]
  let resized: [Image]
  let cropped: [Image]
  let prepared: [Prepared]

  static func load() throws -> Golden {
    try JSONDecoder().decode(Golden.self, from: Fixture.data("golden.json"))
  }
}

enum Fixture {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")

  static func data(_ name: String) throws -> Data {
    try Data(contentsOf: folder.appending(path: name))
  }

  static func noise() throws -> ImageBuffer {
    try decodeImage(data("noise.png"))
  }
}

/// What a golden entry and an image are compared by.
struct Fingerprint: Equatable {
  let width: Int
  let height: Int
  let hash: String

  init(_ image: ImageBuffer) {
    width = image.width
    height = image.height
    hash = pixelHash(image.pixels)
  }

  init(_ golden: Golden.Image) {
    width = golden.width
    height = golden.height
    hash = golden.hash
  }
}
