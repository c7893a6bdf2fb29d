extension Orientation {
  /// The orientation in a JPEG's EXIF segment; nil when there is none or it is damaged.
  init?(jpeg bytes: UnsafeRawBufferPointer) {
    let reader = TIFFReader(bytes: bytes, isBigEndian: true)
    var position = 2
    while let marker = reader.short(at: position), let length = reader.short(at: position + 2),
      marker >> 8 == 0xFF, marker != Self.startOfScan, length >= 2
    {
      let payload = position + 4
      position += 2 + length
      guard marker == Self.applicationSegment, position <= bytes.count else { continue }
      let segment = UnsafeRawBufferPointer(rebasing: bytes[payload..<position])
      if segment.starts(with: Self.exifSignature) {
        self.init(tiff: UnsafeRawBufferPointer(rebasing: segment[Self.exifSignature.count...]))
        return
      }
    }
    return nil
  }

  /// The orientation in a WebP's EXIF chunk; nil when there is none or it is damaged.
  init?(webp bytes: UnsafeRawBufferPointer) {
    let reader = TIFFReader(bytes: bytes, isBigEndian: false)
    // Behind "RIFF", the file's size and "WEBP" come chunks of a name, a size and as many bytes, filled up to an even number.
    var position = 12
    while let count = reader.long(at: position + 4), count <= bytes.count - position - 8 {
      let chunk = UnsafeRawBufferPointer(rebasing: bytes[position..<position + 8 + count])
      if chunk.starts(with: "EXIF".utf8) {
        let payload = UnsafeRawBufferPointer(rebasing: chunk[8...])
        let start = payload.starts(with: Self.exifSignature) ? Self.exifSignature.count : 0
        self.init(tiff: UnsafeRawBufferPointer(rebasing: payload[start...]))
        return
      }
      position += 8 + count + count % 2
    }
    return nil
  }

  private static let applicationSegment = 0xFFE1
  private static let startOfScan = 0xFFDA
  private static let exifSignature = Array("Exif\0\0".utf8)
  private static let orientationTag = 0x0112

  /// The orientation tag of the first directory of a TIFF structure.
  private init?(tiff bytes: UnsafeRawBufferPointer) {
    let isBigEndian = bytes.starts(with: "MM".utf8)
    guard isBigEndian || bytes.starts(with: "II".utf8) else { return nil }
    let reader = TIFFReader(bytes: bytes, isBigEndian: isBigEndian)
    guard let directory = reader.long(at: 4), let count = reader.short(at: directory) else {
      return nil
    }
    let entries = (0..<count).lazy.map { directory + 2 + 12 * $0 }
    guard let entry = entries.first(where: { reader.short(at: $0) == Self.orientationTag }),
      let value = reader.short(at: entry + 8)
    else { return nil }
    self.init(rawValue: value)
  }
}

/// Bounds-checked integers in either byte order.
private struct TIFFReader {
  let bytes: UnsafeRawBufferPointer
  let isBigEndian: Bool

  func short(at position: Int) -> Int? {
    integer(at: position, as: UInt16.self)
  }

  func long(at position: Int) -> Int? {
    integer(at: position, as: UInt32.self)
  }

  private func integer<T: FixedWidthInteger>(at position: Int, as type: T.Type) -> Int? {
    guard position >= 0, position <= bytes.count - MemoryLayout<T>.size else { return nil }
    let value = bytes.loadUnaligned(fromByteOffset: position, as: T.self)
    return Int(isBigEndian ? T(bigEndian: value) : T(littleEndian: value))
  }
}
