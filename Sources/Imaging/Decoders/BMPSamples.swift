/// Where a pixel's red, green and blue are in an integer of 2 to 4 bytes, low byte first.
struct BMPSamples {
  private struct Field {
    let mask: UInt32
    let shift: UInt32
    /// The byte of each value of the field.
    let levels: [UInt8]

    init(_ mask: UInt32) {
      self.mask = mask
      shift = UInt32(mask.trailingZeroBitCount)
      let largest = Int(mask >> shift)
      levels = (0...largest).map { UInt8($0 * 255 / largest) }
    }
  }

  let bytes: Int
  private let fields: [Field]

  /// Masks of neighbouring bits, at most 8 each.
  init(bytes: Int, masks: [UInt32]) {
    self.bytes = bytes
    fields = masks.map(Field.init)
  }

  static let bgr: [UInt32] = [0xFF0000, 0xFF00, 0xFF]
  static let rgb555 = BMPSamples(bytes: 2, masks: [0x7C00, 0x3E0, 0x1F])

  /// nil for masks that no program is known to write.
  init?(bits: Int, masks: [UInt32]) {
    let isUnset = masks == [0, 0, 0] && bits == 32
    guard isUnset || Self.known[bits]?.contains(masks) == true else { return nil }
    self.init(bytes: bits / 8, masks: isUnset ? Self.bgr : masks)
  }

  private static let known: [Int: [[UInt32]]] = [
    16: [[0xF800, 0x7E0, 0x1F], [0x7C00, 0x3E0, 0x1F]],
    24: [bgr],
    32: [
      bgr, [0xFF00_0000, 0xFF_0000, 0xFF00], [0xFF00_0000, 0xFF00, 0xFF],
      [0xFF, 0xFF00, 0xFF_0000],
    ],
  ]

  /// Writes the RGB of a row's pixel.
  func unpack(
    _ row: UnsafeRawBufferPointer, _ x: Int, into pixels: inout [UInt8], at position: Int
  ) {
    var pixel: UInt32 = 0
    for byte in 0..<bytes { pixel |= UInt32(row[x * bytes + byte]) << UInt32(8 * byte) }
    for (channel, field) in fields.enumerated() {
      pixels[position + channel] = field.levels[Int((pixel & field.mask) >> field.shift)]
    }
  }
}
