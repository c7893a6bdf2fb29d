import CImageCodecs
import Testing

@testable import CalibrantImaging

@Suite struct EncoderTests {
  /// A smooth ramp, which JPEG stores well.
  private let ramp = ImageBuffer(
    width: 40, height: 24,
    pixels: (0..<24 * 40).flatMap { position -> [UInt8] in
      let (y, x) = position.quotientAndRemainder(dividingBy: 40)
      return [UInt8(x * 6), UInt8(y * 10), UInt8(x + y)]
    })

  @Test func jpegHasItsMarkersAndSize() throws {
    let bytes = try JPEGEncoder(quality: 90).encode(ramp)
    #expect(bytes.starts(with: [0xFF, 0xD8, 0xFF]))
    #expect(bytes.suffix(2) == [0xFF, 0xD9])
    // SOF0: length 17, 8 bits, then height and width, big-endian, and three components.
    let frame: [UInt8] = [0xFF, 0xC0, 0, 17, 8, 0, 24, 0, 40, 3]
    #expect(bytes.indices.contains { bytes[$0...].starts(with: frame) })
  }

  @Test func pngHasItsSignatureHeaderAndEnd() throws {
    let bytes = try PNGEncoder().encode(ramp)
    #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    // IHDR: length 13, width, height, 8 bits, colour type 2 (RGB), no interlacing.
    #expect(
      bytes[8..<29] == [
        0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 40, 0, 0, 0, 24, 8, 2, 0, 0, 0,
      ])
    #expect(bytes.suffix(8).prefix(4) == [0x49, 0x45, 0x4E, 0x44])
  }

  @Test func qualityCostsBytes() throws {
    let sizes = try [10, 50, 95].map { try JPEGEncoder(quality: $0).encode(ramp).count }
    #expect(sizes == sizes.sorted() && Set(sizes).count == 3)
  }

  @Test func sameImageSameBytes() throws {
    #expect(try PNGEncoder().encode(ramp) == PNGEncoder().encode(ramp))
    #expect(try JPEGEncoder().encode(ramp) == JPEGEncoder().encode(ramp))
  }

  @Test func sizesThatAFormatCannotStoreAreErrors() {
    let empty = ImageBuffer(width: 0, height: 3, pixels: [])
    let long = ImageBuffer(width: 65_501, height: 1, pixels: [UInt8](repeating: 0, count: 196_503))
    #expect(throws: ImageEncodingError.unsupportedSize(format: "JPEG", width: 0, height: 3)) {
      try JPEGEncoder().encode(empty)
    }
    #expect(throws: ImageEncodingError.unsupportedSize(format: "PNG", width: 0, height: 3)) {
      try PNGEncoder().encode(empty)
    }
    #expect(throws: ImageEncodingError.unsupportedSize(format: "JPEG", width: 65_501, height: 1)) {
      try JPEGEncoder().encode(long)
    }
  }

  /// libjpeg's own refusal comes back as text instead of ending the process.
  @Test func theLibrariesRefuseInWords() {
    let row = ImageBuffer(
      width: 1_000_001, height: 1, pixels: [UInt8](repeating: 0, count: 3_000_003))
    #expect(
      throws: ImageEncodingError.refused(
        format: "JPEG", reason: "Maximum supported image dimension is 65500 pixels")
    ) {
      try row.encoded(as: "JPEG", maximumSide: 2_000_000) {
        calibrant_encode_jpeg($0, $1, $2, 90, $3, $4, $5)
      }
    }
  }

  /// Type 3, 8 bits, the whole palette; what is stored is what is read.
  @Test func masksKeepTheirIndices() throws {
    let mask = IndexMask(width: 16, height: 16, indices: (0...255).map { UInt8($0) })
    let palette = (0..<256).map { [UInt8($0), UInt8(255 - $0), 7] }
    let bytes = try PNGEncoder().encode(mask, palette: palette)
    #expect(bytes[24...25] == [8, 3])
    let start = try #require(
      bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4C, 0x54, 0x45]) })
    #expect(Array(bytes[(start + 4)..<(start + 4 + 768)]) == palette.flatMap(\.self))
    #expect(try bytes.withUnsafeBytes { try IndexMask($0) } == mask)
  }
}
