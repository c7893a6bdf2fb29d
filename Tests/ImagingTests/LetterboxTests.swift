import Foundation
import Testing

@testable import CalibrantImaging

@Suite struct LetterboxTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let placement: Letterbox.Placement
      let size: [Int]
      let frame: [Int]
      let inner: [Int]
      let bars: [Int]
      let point: [Double]
    }

    struct Image: Decodable {
      let placement: Letterbox.Placement
      let frame: [Int]
      let hash: String
    }

    let cases: [Case]
    let images: [Image]

    static func load() throws -> Golden {
      try JSONDecoder().decode(Golden.self, from: Fixture.data("letterbox.json"))
    }
  }

  @Test func geometryIsUltralyticsAndYOLOX() throws {
    for golden in try Golden.load().cases {
      let size = ImageSize(width: golden.size[0], height: golden.size[1])
      let box = try Letterbox(
        of: size, width: golden.frame[0], height: golden.frame[1], placement: golden.placement)
      #expect([box.innerWidth, box.innerHeight] == golden.inner)
      #expect([box.left, box.top] == golden.bars)
      let point = box.original(x: 3.5, y: 7.25)
      #expect([point.x, point.y] == golden.point)
      let back = box.framed(x: point.x, y: point.y)
      #expect(abs(back.x - 3.5) < 1e-9 && abs(back.y - 7.25) < 1e-9)
    }
  }

  @Test func picturesArePillowsBetweenBars() throws {
    let noise = try Fixture.noise()
    for golden in try Golden.load().images {
      let picture = try noise.letterboxed(
        width: golden.frame[0], height: golden.frame[1], placement: golden.placement)
      #expect([picture.width, picture.height] == golden.frame)
      #expect(pixelHash(picture.pixels) == golden.hash, "\(golden.frame)")
    }
  }

  @Test func sizesThatCannotBeAreRefused() throws {
    let noise = try Fixture.noise()
    for (width, height) in [(0, 5), (5, -1), (1 << 20, 1 << 20), (.max, 1), (.max, .max)] {
      #expect(throws: ImagingError.self) { try noise.letterboxed(width: width, height: height) }
    }
    #expect(throws: ImagingError.self) {
      try Letterbox(of: ImageSize(width: 0, height: .max), width: 5, height: 5)
    }
  }
}
