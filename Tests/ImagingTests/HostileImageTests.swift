import Foundation
import Testing

@testable import CalibrantImaging

/// Small files that ask for much, and files that end early as if they were whole.
@Suite struct HostileImageTests {
  private func refusal(_ bytes: Data) -> String? {
    let error = #expect(throws: ImagingError.self) { try decodeImage(bytes) }
    return error?.description
  }

  @Test(arguments: [
    ("P7\n", "PAM"), ("Pf\n", "PFM"), ("\0\0\0 ftypavif", "AVIF"),
    ("\0\0\0 ftypheic", "HEIC"), ("\0\0\0\u{C}jP  ", "JPEG 2000"),
  ])
  func otherFormatsAreRefusedByName(_ start: String, _ name: String) {
    let reason = refusal(Data(start.utf8) + Data(repeating: 1, count: 20))
    #expect(reason?.hasPrefix("a \(name) image, which is not read: convert it to PNG") == true)
  }

  /// 42 bytes that announce 360 million bytes of pixels.
  @Test func aHeaderOfAPNG() {
    let bytes = Self.png(width: 60_000, height: 2_000) + Data([0])
    #expect(bytes.count == 42)
    #expect(refusal(bytes) == "damaged PNG image: fewer bytes than an image of its size needs")
  }

  @Test func sizes() {
    let enough = Data(repeating: 0, count: 1 << 20)
    #expect(
      refusal(Self.png(width: 100_000, height: 1_000) + enough)
        == "an image of 100000x1000 has a side of more than 65535 pixels")
    #expect(
      refusal(Self.png(width: 20_000, height: 10_000) + enough)
        == "an image of 20000x10000 has more than 178956970 pixels")
  }

  /// Signature, IHDR (8 bits, RGB) with its CRC-32, and the head of an IDAT.
  private static func png(width: UInt32, height: UInt32) -> Data {
    func big(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    let chunk = Array("IHDR".utf8) + big(width) + big(height) + [8, 2, 0, 0, 0]
    let crc = chunk.reduce(~UInt32(0)) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in
        crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1
      }
    }
    return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + big(13) + chunk + big(~crc))
      + Data(big(1 << 20) + Array("IDAT".utf8))
  }

  @Test func aHeaderOfAJPEG() throws {
    var bytes = try Fixture.data("baseline_420.jpg")
    // SOF0: marker, length, precision, height, width.
    let frame = try #require(bytes.range(of: Data([0xFF, 0xC0]))).lowerBound
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0x3E, 0x80, 0x2C, 0x88])
    #expect(refusal(bytes) == "damaged JPEG image: fewer bytes than an image of its size needs")
  }

  /// A hundred copies of the last scan of a small image cost nothing; 600 are refused.
  @Test func scansWithoutEnd() throws {
    let bytes = try Fixture.data("progressive_420.jpg")
    let start = try #require(bytes.range(of: Data([0xFF, 0xDA]), options: .backwards)).lowerBound
    // The last scan refines bits; as a first scan it can be repeated as often as one likes.
    let first = try #require(bytes.range(of: Data([0xFF, 0xDA]))).lowerBound
    let second = try #require(bytes[(first + 2)...].range(of: Data([0xFF, 0xC4]))).lowerBound
    let scan = bytes[first..<second]
    #expect(first < start)
    let bomb = bytes[..<second] + Data(repeatElement(scan, count: 600).joined()) + bytes[second...]
    #expect(refusal(bomb) == "damaged JPEG image: more scans than any image of its size needs")
  }

  /// Cut anywhere and closed with an end marker, as a program that repairs files would.
  @Test(arguments: ["baseline_420.jpg", "baseline_422_restart.jpg", "progressive_420.jpg"])
  func earlyEndMarkers(_ name: String) throws {
    let bytes = try Fixture.data(name)
    let data = try #require(bytes.range(of: Data([0xFF, 0xDA]))).upperBound + 12
    let end = name.hasPrefix("progressive") ? data + 8 : bytes.count * 3 / 4
    #expect(
      refusal(bytes[..<end] + Data([0xFF, 0xD9]))
        == "damaged JPEG image: Corrupt JPEG data: premature end of data segment")
  }
}

/// Small files of the other formats that ask for much.
@Suite struct HostileFormatTests {
  private func refusal(_ bytes: [UInt8]) -> String? {
    let error = #expect(throws: ImagingError.self) { try decodeImage(Data(bytes)) }
    return error?.description
  }

  private static let tooFew = "fewer bytes than an image of its size needs"

  private static func short(_ value: Int) -> [UInt8] {
    [UInt8(value & 255), UInt8(value >> 8 & 255)]
  }

  private static func long(_ value: Int) -> [UInt8] {
    short(value) + short(value >> 16)
  }

  @Test func netpbmSizes() {
    #expect(refusal(Array("P6 60000 2900 255\n".utf8)) == "damaged PPM image: \(Self.tooFew)")
    #expect(
      refusal(Array("P4 9999999999 2".utf8))
        == "an image of 9999999999x2 has a side of more than 65535 pixels")
    #expect(refusal(Array("P5 0 7 255\n".utf8)) == "damaged PPM image: an image of 0x7 pixels")
    #expect(refusal(Array("P5 99999999999 1 1 ".utf8)) == "damaged PPM image: an invalid number")
  }

  @Test func bmpSizes() {
    func bmp(_ width: Int, _ height: Int, start: Int = 54) -> [UInt8] {
      Array("BM".utf8) + Self.long(0) + Self.long(0) + Self.long(start) + Self.long(40)
        + Self.long(width) + Self.long(height) + Self.short(1) + Self.short(24)
        + [UInt8](repeating: 0, count: 24)
    }
    #expect(refusal(bmp(60_000, 2_900)) == "damaged BMP image: \(Self.tooFew)")
    #expect(
      refusal(bmp(-1, 1)) == "an image of 4294967295x1 has a side of more than 65535 pixels")
    #expect(
      refusal(bmp(1, 1 << 31)) == "an image of 1x2147483648 has a side of more than 65535 pixels")
    #expect(refusal(bmp(2, 2, start: 1 << 32 - 1)) == "damaged BMP image: premature end of file")
  }

  /// One pixel on a canvas of 174 million.
  @Test func gifCanvas() {
    let screen = Array("GIF89a".utf8) + Self.short(60_000) + Self.short(2_900) + [0, 0, 0]
    let frame: [UInt8] = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B]
    #expect(refusal(screen + frame) == "damaged GIF image: \(Self.tooFew)")
  }

  /// One pixel on a canvas of 164 million.
  @Test func webPCanvas() {
    func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
      Array(name.utf8) + Self.long(bytes.count) + bytes + (bytes.count % 2 == 0 ? [] : [0])
    }
    let pixel = chunk("VP8L", [0x2F, 0, 0, 0, 0x10, 7, 0x10, 0x11, 0x11, 0x88, 0x88, 0xFE, 7])
    let canvas: [UInt8] = [2, 0, 0, 0, 0xFF, 0x3F, 0, 0x0F, 0x27, 0]
    let chunks =
      chunk("VP8X", canvas) + chunk("ANIM", [0, 0, 0, 0, 0, 0])
      + chunk("ANMF", [UInt8](repeating: 0, count: 16) + pixel)
    let file = Array("RIFF".utf8) + Self.long(4 + chunks.count) + Array("WEBP".utf8) + chunks
    #expect(refusal(file) == "damaged WebP image: \(Self.tooFew)")
  }

  /// A little-endian TIFF of one directory; each entry's value is one number.
  private static func tiff(_ entries: [(tag: Int, value: Int)], data: [UInt8]) -> [UInt8] {
    let directory = entries.flatMap { short($0.tag) + short(4) + long(1) + long($0.value) }
    return Array("II*\0".utf8) + long(8 + data.count) + data + short(entries.count) + directory
      + long(0)
  }

  /// Tiles of 16 x 4,194,304 pixels in a column for each 16 of a single row: hours of work for a row.
  @Test func tiffTiles() {
    let bytes = Self.tiff(
      [
        (256, 65_535), (257, 1), (258, 8), (259, 8), (262, 1), (277, 1), (322, 16),
        (323, 1 << 22), (324, 8), (325, 8),
      ], data: [UInt8](repeating: 0, count: 8))
    #expect(refusal(bytes)?.hasPrefix("damaged TIFF image: ") == true)
  }

  @Test func tiffSizes() {
    func size(_ width: Int, _ height: Int) -> String? {
      refusal(
        Self.tiff(
          [
            (256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1),
            (278, height), (279, 8),
          ], data: [UInt8](repeating: 0, count: 8)))
    }
    #expect(size(60_000, 2_900) == "damaged TIFF image: \(Self.tooFew)")
    #expect(size(1 << 31, 1)?.contains("has a side of more than 65535 pixels") == true)
    #expect(size(100, 100)?.hasPrefix("damaged TIFF image: ") == true)
  }
}
