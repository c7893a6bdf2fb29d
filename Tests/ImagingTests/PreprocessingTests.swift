import Foundation
import Testing

@testable import CalibrantImaging

@Suite struct PreprocessingTests {
  private func planes(_ image: ImageBuffer, _ recipe: Preprocessing) -> [Float] {
    [Float](unsafeUninitializedCapacity: image.pixels.count) { buffer, count in
      let target = UnsafeMutableBufferPointer(rebasing: buffer[..<image.pixels.count])
      recipe.write(image, into: target)
      count = image.pixels.count
    }
  }

  private func recipe(_ name: String, side: Int) throws -> Preprocessing {
    let preset = try #require(Preprocessing.presets.first { $0.name == name })
    return preset.preprocessing(ImageSize(width: side, height: side))
  }

  @Test func presetsAreNumPysBitForBit() throws {
    let noise = try Fixture.noise()
    for golden in try Golden.load().prepared {
      let recipe = try recipe(golden.name, side: golden.side)
      let image = try recipe.prepared(noise)
      try recipe.check(image, width: golden.side, height: golden.side)
      #expect(pixelHash(image.pixels) == golden.pixels, "\(golden.name) \(golden.side)")
      let hash = planes(image, recipe).withUnsafeBytes(pixelHash)
      #expect(hash == golden.planes, "\(golden.name) \(golden.side)")
    }
  }

  @Test func noPresetChangesNothingButTheScale() throws {
    let noise = try Fixture.noise()
    let recipe = try recipe("none", side: 224)
    let image = try recipe.prepared(noise)
    #expect(image == noise)
    #expect(planes(image, recipe)[0] == Float(noise.pixels[0]) / 255)
  }

  @Test func theGeometryOfThePresets() throws {
    #expect(try recipe("imagenet", side: 224).resize == .shorterSide(256))
    #expect(try recipe("imagenet", side: 227).resize == .shorterSide(259))
    #expect(try recipe("imagenet", side: 299).resize == .shorterSide(342))
    #expect(try recipe("tensorflow", side: 7).resize == .shorterSide(8))
    #expect(try recipe("caffe", side: 227).crop == 227)
    #expect(try recipe("none", side: 224).crop == nil)
    let wide = ImageSize(width: 640, height: 384)
    #expect(
      Preprocessing.yolo(wide).resize == .letterbox(width: 640, height: 384, placement: .center))
    #expect(
      Preprocessing.yolox(wide).resize == .letterbox(width: 640, height: 384, placement: .corner))
  }

  @Test func theLongerSideIsRoundedDown() throws {
    let noise = try Fixture.noise()
    let prepared = try Preprocessing(resize: .shorterSide(10)).prepared(noise)
    #expect(prepared.width == 16 && prepared.height == 10)
    let turned = try Preprocessing(resize: .shorterSide(10)).prepared(noise.turned(.quarterTurn))
    #expect(turned.width == 10 && turned.height == 16)
  }

  @Test func aWrongSizeNamesTheOptions() throws {
    let noise = try Fixture.noise()
    let error = #expect(throws: ImagingError.self) {
      try Preprocessing().check(noise, width: 224, height: 224)
    }
    #expect(
      error?.description == "the prepared image is 37x23 but the model's input is 224x224: "
        + "use --crop 224, or --resize 224x224 --crop none")
  }

  @Test func impossibleRecipesAreRefused() throws {
    let noise = try Fixture.noise()
    let recipes = [
      Preprocessing(resize: .shorterSide(0)), Preprocessing(resize: .shorterSide(.max)),
      Preprocessing(resize: .exact(width: -1, height: 3)), Preprocessing(crop: 0),
      Preprocessing(resize: .height(0)), Preprocessing(resize: .height(.max)),
      Preprocessing(resize: .letterbox(width: 0, height: 3, placement: .center)),
      Preprocessing(resize: .letterbox(width: 9, height: 9, placement: .center), crop: 3),
      Preprocessing(mean: [0]), Preprocessing(std: [1, 0, 1]), Preprocessing(std: [1, 1, .nan]),
    ]
    for recipe in recipes {
      #expect(throws: ImagingError.self, "\(recipe)") { try recipe.prepared(noise) }
    }
  }

  @Test func recipesSurviveJSON() throws {
    for preset in Preprocessing.presets {
      let recipe = preset.preprocessing(ImageSize(width: 227, height: 230))
      let data = try JSONEncoder().encode(recipe)
      #expect(try JSONDecoder().decode(Preprocessing.self, from: data) == recipe)
    }
  }

  @Test func valuesStayInTheValueRange() throws {
    let pixels: [UInt8] = [0, 0, 0, 255, 255, 255]
    let image = ImageBuffer(width: 2, height: 1, pixels: pixels)
    for preset in Preprocessing.presets {
      let recipe = preset.preprocessing(ImageSize(width: 224, height: 224))
      let values = planes(image, recipe)
      for (channel, range) in recipe.valueRange.enumerated() {
        #expect(values[2 * channel] == range.lowest)
        #expect(values[2 * channel + 1] == range.highest)
        #expect(abs(range.mean - (range.lowest + range.highest) / 2) <= 1e-5 * range.highest)
      }
    }
  }

  @Test func descriptionsSayEverything() throws {
    #expect(
      Preprocessing.imagenet(side: 224).description
        == "shorter side 256 (bilinear), centre crop 224, RGB, "
        + "mean 0.485 0.456 0.406, std 0.229 0.224 0.225")
    #expect(
      Preprocessing.yolox(ImageSize(width: 9, height: 7)).description
        == "letterbox 9x7 in the corner (bilinear), no crop, BGR, "
        + "mean 0.0 0.0 0.0, std 0.003921569 0.003921569 0.003921569")
  }

  @Test(arguments: [(40, 30), (30, 40), (32, 32), (500, 7)])
  func thePreparedSizeIsKnownBeforehand(width: Int, height: Int) throws {
    let image = ImageBuffer(
      width: width, height: height, pixels: Array(repeating: 7, count: width * height * 3))
    let recipes = [
      Preprocessing(), Preprocessing.imagenet(side: 28),
      Preprocessing(resize: .exact(width: 9, height: 21)),
      Preprocessing(resize: .shorterSide(16), crop: 5), Preprocessing(resize: .height(11)),
      Preprocessing.yolo(ImageSize(width: 16, height: 9)),
    ]
    for recipe in recipes {
      try #expect(recipe.preparedSize(of: image.size) == recipe.prepared(image).size, "\(recipe)")
    }
    let crop = Preprocessing(crop: 50)
    #expect(throws: ImagingError.smallerThanCrop(width: width, height: height, crop: 50)) {
      try crop.preparedSize(of: ImageSize(width: width, height: height))
    }
  }
}
