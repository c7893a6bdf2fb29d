import Foundation
import Testing

@testable import CalibrantImaging

@Suite struct DecoderTests {
  @Test func everyFormatDecodesToPillowsPixels() throws {
    for golden in try Golden.load().decoded {
      let image = try decodeImage(Fixture.data(golden.name))
      #expect(Fingerprint(image) == Fingerprint(golden), "\(golden.name)")
    }
  }

  @Test func exifOrientationTurnsOnlyWhenAsked() throws {
    for golden in try Golden.load().upright {
      let bytes = try Fixture.data(golden.name)
      let image = try decodeImage(bytes, appliesEXIF: true)
      #expect(Fingerprint(image) == Fingerprint(golden), "\(golden.name)")
      let stored = try decodeImage(bytes)
      #expect(stored.width == 13 && stored.height == 9, "\(golden.name)")
    }
  }

  @Test func theHeaderTellsTheDecodedSize() throws {
    let golden = try Golden.load()
    for name in golden.decoded.map(\.name) + golden.upright.map(\.name) {
      let bytes = try Fixture.data(name)
      for appliesEXIF in [false, true] {
        let size = try bytes.withUnsafeBytes { try imageSize($0, appliesEXIF: appliesEXIF) }
        #expect(try size == decodeImage(bytes, appliesEXIF: appliesEXIF).size, "\(name)")
      }
    }
  }

  @Test func whatPillowRefusesIsRefused() throws {
    for golden in try Golden.load().refused {
      let bytes = try Fixture.data(golden.name)
      #expect(throws: ImagingError.self, "\(golden.name)") { try decodeImage(bytes) }
    }
  }

  @Test(arguments: [
    ("truncated.jpg", "damaged JPEG image: Premature end of JPEG file"),
    ("truncated.png", "damaged PNG image: premature end of PNG file"),
    ("wrong_checksum.png", "damaged PNG image: IDAT: incorrect data check"),
    (
      "text.jpg",
      "not a JPEG, PNG, WebP, TIFF, BMP, GIF or PPM image: it starts with the bytes 54 68 69 73 20 69 73 20"
    ),
    ("empty.png", "not an image: the file is empty"),
    ("too_large.png", "damaged PNG image: fewer bytes than an image of its size needs"),
  ])
  func refusalSaysWhy(name: String, message: String) throws {
    let bytes = try Fixture.data(name)
    let error = #expect(throws: ImagingError.self) { try decodeImage(bytes) }
    #expect(error?.description == message)
  }

  @Test(arguments: ["baseline_420.jpg", "progressive_420.jpg", "ycck.jpg", "exif_6.jpg"])
  func everyTruncatedJPEGIsRefused(name: String) throws {
    let bytes = try Fixture.data(name)
    for count in 0..<bytes.count {
      #expect(throws: ImagingError.self, "\(count) bytes") {
        try decodeImage(bytes.prefix(count), appliesEXIF: true)
      }
    }
  }

  /// A damaged file may still decode; what must hold is that it never crashes nor changes size.
  @Test(arguments: ["baseline_422_restart.jpg", "exif_3.jpg", "rgba_interlaced.png", "ycck.jpg"])
  func damagedBytesDecodeOrThrow(name: String) throws {
    let bytes = try Fixture.data(name)
    var refused = 0
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] ^= 0xA5
      guard let image = try? decodeImage(damaged, appliesEXIF: true) else {
        refused += 1
        continue
      }
      #expect(image.pixels.count == image.width * image.height * 3)
    }
    #expect(refused > 0)
  }

  @Test func signaturesAreExclusive() throws {
    for golden in try Golden.load().decoded {
      let bytes = try Fixture.data(golden.name)
      let count = bytes.withUnsafeBytes { bytes in
        StandardDecoders.all.filter { $0.recognizes(bytes) }.count
      }
      #expect(count == 1, "\(golden.name)")
    }
  }
}
