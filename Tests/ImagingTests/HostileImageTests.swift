import Foundation
import Testing

@testable import Imaging

/// Small files that ask for much, and files that end early as if they were whole.
@Suite struct HostileImageTests {
  private func refusal(_ bytes: Data) -> String? {
    let error = #expect(throws: ImagingError.self) { try decodeImage(bytes) }
    return error?.description
  }

  @Test(arguments: [
    ("GIF89a", "GIF"), ("II*\0", "TIFF"), ("MM\0*", "TIFF"), ("BM", "BMP"), ("P6\n", "PPM"),
    ("RIFF\u{1}\0\0\0WEBPVP8 ", "WebP"), ("\0\0\0 ftypavif", "AVIF"),
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
