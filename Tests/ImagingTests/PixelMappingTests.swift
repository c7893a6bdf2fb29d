import Foundation
import Testing

@testable import CalibrantImaging

@Suite struct PixelMappingTests {
  private struct Case: Decodable {
    let size: [Int]
    let kind: String
    let numbers: [Int]
    let prepared: [Int]
    let point: [Double]

    var recipe: Preprocessing {
      switch kind {
      case "shorter": Preprocessing(resize: .shorterSide(numbers[0]), crop: numbers[1])
      case "exact": Preprocessing(resize: .exact(width: numbers[0], height: numbers[1]))
      case "height": Preprocessing(resize: .height(numbers[0]))
      default: Preprocessing()
      }
    }
  }

  @Test func cornersLieWhereTorchvisionAndPaddleOCRPutThem() throws {
    let cases = try JSONDecoder().decode([Case].self, from: Fixture.data("mappings.json"))
    for golden in cases {
      let size = ImageSize(width: golden.size[0], height: golden.size[1])
      let prepared = try golden.recipe.preparedSize(of: size)
      #expect([prepared.width, prepared.height] == golden.prepared, "\(golden)")
      let mapping = try golden.recipe.mapping(of: size)
      let x = 30 * mapping.scaleX + mapping.offsetX
      let y = 12.5 * mapping.scaleY + mapping.offsetY
      #expect(abs(x - golden.point[0]) < 1e-9 && abs(y - golden.point[1]) < 1e-9, "\(golden)")
    }
  }

  @Test(arguments: Letterbox.Placement.allCases)
  func aLetterboxIsTheSameAsOnItsOwn(placement: Letterbox.Placement) throws {
    let noise = try Fixture.noise()
    let recipe = Preprocessing(resize: .letterbox(width: 50, height: 20, placement: placement))
    #expect(
      try recipe.prepared(noise)
        == noise.letterboxed(width: 50, height: 20, placement: placement))
    #expect(try recipe.preparedSize(of: noise.size) == ImageSize(width: 50, height: 20))
    let box = try Letterbox(of: noise.size, width: 50, height: 20, placement: placement)
    let mapping = try recipe.mapping(of: noise.size)
    #expect((mapping.scaleX, mapping.scaleY) == (box.scaleX, box.scaleY))
    #expect((mapping.offsetX, mapping.offsetY) == (Double(box.left), Double(box.top)))
  }

  @Test func onlyLinesOfTextAreAsWideAsTheyAre() {
    #expect(Preprocessing(resize: .height(48)).widthFollowsImage)
    #expect(Preprocessing(resize: .height(48)).statedHeight == 48)
    #expect(!Preprocessing(resize: .height(48), crop: 48).widthFollowsImage)
    #expect(!Preprocessing(resize: .exact(width: 320, height: 48)).widthFollowsImage)
    #expect(!Preprocessing().widthFollowsImage)
  }

  @Test func barsAndCropsAreNotTheWholeImage() {
    #expect(Preprocessing(resize: .exact(width: 5, height: 6)).keepsWholeImage)
    #expect(Preprocessing(resize: .shorterSide(5)).keepsWholeImage)
    #expect(!Preprocessing(resize: .shorterSide(5), crop: 5).keepsWholeImage)
    #expect(!Preprocessing.yolo(ImageSize(width: 5, height: 6)).keepsWholeImage)
  }
}
