import Testing

@testable import CalibrantImaging

@Suite struct TransformTests {
  @Test func resizesArePillowsBitForBit() throws {
    let noise = try Fixture.noise()
    for golden in try Golden.load().resized {
      let filter = try #require(Interpolation(rawValue: golden.name))
      let image = try noise.resized(
        width: golden.width, height: golden.height, interpolation: filter)
      #expect(
        Fingerprint(image) == Fingerprint(golden),
        "\(golden.name) \(golden.width)x\(golden.height)")
    }
  }

  @Test(arguments: Interpolation.allCases)
  func aWindowIsACropOfTheWhole(filter: Interpolation) throws {
    let noise = try Fixture.noise()
    for (width, height) in [(20, 31), (61, 40), (37, 23), (37, 12)] {
      let whole = try noise.resized(width: width, height: height, interpolation: filter)
      let columns = 3..<17
      let rows = 4..<11
      let window = try noise.resized(
        width: width, height: height, columns: columns, rows: rows, interpolation: filter)
      #expect(window == whole.cropped(columns: columns, rows: rows), "\(width)x\(height)")
    }
  }

  @Test(arguments: Interpolation.allCases)
  func sizesThatCannotBeAreRefused(filter: Interpolation) throws {
    let noise = try Fixture.noise()
    for (width, height) in [(0, 5), (5, -1), (1 << 20, 1 << 20), (.max, 1), (.max, .max)] {
      #expect(throws: ImagingError.self, "\(width)x\(height)") {
        try noise.resized(width: width, height: height, interpolation: filter)
      }
    }
  }

  @Test func centerCropsArePillows() throws {
    let noise = try Fixture.noise()
    for golden in try Golden.load().cropped {
      let image = try noise.centerCropped(golden.width)
      #expect(Fingerprint(image) == Fingerprint(golden), "\(golden.name)")
    }
  }

  @Test func aCropLargerThanTheImageNamesTheOptions() throws {
    let noise = try Fixture.noise()
    let error = #expect(throws: ImagingError.self) { try noise.centerCropped(24) }
    #expect(error == .smallerThanCrop(width: 37, height: 23, crop: 24))
    let message = try #require(error?.description)
    #expect(message.contains("--resize") && message.contains("--crop"))
  }
}
