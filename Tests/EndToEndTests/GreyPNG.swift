import Foundation

/// A PNG in grey of 8 bits (RFC 2083), its pixels stored as they are.
enum GreyPNG {
  static func data(_ pixels: [UInt8], width: Int) -> Data {
    let rows = stride(from: 0, to: pixels.count, by: width).flatMap { start in
      [0] + pixels[start..<start + width]
    }
    var header = bigEndian(UInt32(width)) + bigEndian(UInt32(pixels.count / width))
    header += [8, 0, 0, 0, 0]
    return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
      + chunk("IHDR", header) + chunk("IDAT", stored(rows)) + chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ body: [UInt8]) -> Data {
    let content = Array(name.utf8) + body
    return Data(bigEndian(UInt32(body.count)) + content + bigEndian(checksum(content)))
  }

  /// One block of zlib's format (RFC 1950 and 1951) that is not compressed; at most 65,535 bytes.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    let length = UInt16(bytes.count)
    let sizes = [length, ~length].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return [0x78, 0x01, 0x01] + sizes + bytes + bigEndian(b << 16 | a)
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in
        rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1
      }
    }
  }

  private static func bigEndian(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(number >> $0 & 0xFF) }
  }
}
