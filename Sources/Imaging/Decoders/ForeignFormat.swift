/// Image formats that are known by their first bytes and not decoded, so that they can be refused by name.
enum ForeignFormat {
  /// nil for what starts like no image.
  static func name(of bytes: UnsafeRawBufferPointer) -> String? {
    if let known = signatures.first(where: { bytes.starts(with: $0.bytes) }) { return known.name }
    return containers.first { container in
      bytes.count >= 12 && bytes.starts(with: container.start)
        && bytes[container.place...].starts(with: container.brand)
    }?.name
  }

  private static let signatures: [(name: String, bytes: [UInt8])] = [
    ("PAM", Array("P7\n".utf8)), ("PFM", Array("Pf\n".utf8)), ("PFM", Array("PF\n".utf8)),
    ("JPEG XL", [0xFF, 0x0A]),
    ("JPEG XL", [0, 0, 0, 0x0C] + Array("JXL ".utf8)),
    ("JPEG 2000", [0, 0, 0, 0x0C] + Array("jP  ".utf8)), ("JPEG 2000", [0xFF, 0x4F, 0xFF, 0x51]),
    ("Photoshop", Array("8BPS".utf8)),
    ("OpenEXR", [0x76, 0x2F, 0x31, 0x01]), ("icon", [0, 0, 1, 0]),
  ]

  /// A start, and a brand at a place behind it.
  private static let containers: [(name: String, start: [UInt8], place: Int, brand: [UInt8])] = [
    ("AVIF", [0, 0, 0], 4, Array("ftypavif".utf8)), ("AVIF", [0, 0, 0], 4, Array("ftypavis".utf8)),
    ("HEIC", [0, 0, 0], 4, Array("ftypheic".utf8)), ("HEIC", [0, 0, 0], 4, Array("ftypheix".utf8)),
    ("HEIC", [0, 0, 0], 4, Array("ftypmif1".utf8)),
  ]
}
