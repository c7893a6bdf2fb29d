import Foundation
import Testing

@testable import CalibrantImaging

/// Every kind of file that a format offers, each pixel Pillow's, or a refusal by name.
@Suite struct FormatTests {
  /// A line of `Fixtures/formats.json`, which `make_formats.py` writes.
  struct Entry: Decodable, CustomTestStringConvertible {
    let name: String
    let bytes: Data
    let width: Int?
    let height: Int?
    let hash: String?
    let refusal: String?

    var testDescription: String { name }
  }

  /// `FORMATS=FILE` names another file, made with another seed and size.
  private static func entries() throws -> [Entry] {
    let path = ProcessInfo.processInfo.environment["FORMATS"]
    let data =
      try path.map { try Data(contentsOf: URL(filePath: $0)) } ?? Fixture.data("formats.json")
    return try JSONDecoder().decode([Entry].self, from: data)
  }

  @Test func pixelsArePillows() throws {
    for entry in try Self.entries() where entry.refusal == nil {
      let image = try? decodeImage(entry.bytes)
      #expect(image?.width == entry.width && image?.height == entry.height, "\(entry.name)")
      #expect(image.map { pixelHash($0.pixels) } == entry.hash, "\(entry.name)")
    }
  }

  @Test func otherKindsAreRefusedByName() throws {
    for entry in try Self.entries() {
      guard let refusal = entry.refusal else { continue }
      let error = #expect(throws: ImagingError.self, "\(entry.name)") {
        try decodeImage(entry.bytes)
      }
      let message = error?.description ?? ""
      #expect(message.hasPrefix(refusal), "\(entry.name): \(message)")
    }
  }

  @Test func theHeaderTellsTheSize() throws {
    for entry in try Self.entries() where entry.refusal == nil {
      let size = entry.bytes.withUnsafeBytes { try? imageSize($0) }
      #expect(size?.width == entry.width && size?.height == entry.height, "\(entry.name)")
    }
  }

  @Test func webPIsTurnedWhenAsked() throws {
    let entry = try #require(try Self.entries().first { $0.name == "exif.webp" })
    let stored = try decodeImage(entry.bytes)
    #expect(try decodeImage(entry.bytes, appliesEXIF: true) == stored.turned(.quarterTurn))
    let size = try entry.bytes.withUnsafeBytes { try imageSize($0, appliesEXIF: true) }
    #expect(size == ImageSize(width: stored.height, height: stored.width))
  }

  @Test func oneDecoderKnowsEach() throws {
    for entry in try Self.entries() {
      let count = entry.bytes.withUnsafeBytes { bytes in
        StandardDecoders.all.filter { $0.recognizes(bytes) }.count
      }
      #expect(count == 1, "\(entry.name)")
    }
  }

  /// What is cut off is missed, unless it is what no pixel needs: padding, trailers, later frames and tags.
  @Test(arguments: [
    "RGB_raw.tif", "RGB_lzw.tif", "YCbCr_jpeg90.tif", "1_group4.tif", "runs8.bmp", "565.bmp",
    "P_1.gif",
    "RGB_80.webp", "RGBA_lossless.webp", "raw_9.ppm",
  ])
  func truncatedFilesAreRefused(_ name: String) throws {
    let entry = try #require(try Self.entries().first { $0.name == name })
    for count in 0..<entry.bytes.count {
      guard let image = try? decodeImage(entry.bytes.prefix(count)) else { continue }
      #expect(pixelHash(image.pixels) == entry.hash, "\(name), \(count) bytes")
    }
  }

  /// Damage may go unnoticed; what must hold is that nothing crashes and that the size is the header's.
  @Test func damagedBytesDecodeOrThrow() throws {
    for entry in try Self.entries() where entry.bytes.count < 700 {
      for position in stride(from: entry.name.count % 4, to: entry.bytes.count, by: 4) {
        var damaged = entry.bytes
        damaged[position] ^= UInt8(truncatingIfNeeded: 1 + position * 37 % 255)
        guard let image = try? decodeImage(damaged, appliesEXIF: true) else { continue }
        #expect(image.pixels.count == image.width * image.height * 3)
      }
    }
  }
}
