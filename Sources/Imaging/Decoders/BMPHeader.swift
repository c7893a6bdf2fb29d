/// What a BMP says before its pixels.
struct BMPHeader {
  enum Encoding {
    case indices(bits: Int, Palette)
    case runs(bits: Int, Palette)
    case samples(BMPSamples)
  }

  let size: ImageSize
  /// Whether the file's first row is the image's first; otherwise its last.
  let isTopDown: Bool
  let encoding: Encoding
  /// The position of the pixels in the file.
  let start: Int

  init(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) {
    var file = ByteCursor(bytes: bytes, format: BMPDecoder.name, position: Self.startField)
    let announcedStart = try file.long()
    let fields = try Fields(&file)
    isTopDown = fields.isTopDown
    size = try ImageSize(
      width: fields.width, height: fields.height, of: BMPDecoder.name, fileBytes: bytes.count)
    encoding = try Self.encoding(fields, &file)
    let end = fields.end
    let hasPalette = fields.bits <= 8
    // Some files announce their palette's position as that of the pixels.
    let isBeforePalette = hasPalette && announcedStart == end
    start = announcedStart == 0 || isBeforePalette ? file.position : announcedStart
  }

  private static let startField = 10

  /// The image's rows in the order of the file.
  var rows: [Int] {
    isTopDown ? Array(0..<size.height) : (0..<size.height).reversed()
  }

  /// A row of the file, whose rows take whole words of 32 bits; the last one's padding may be missing.
  func row(
    _ row: Int, of file: ByteCursor, bits: Int
  ) throws(ImagingError) -> UnsafeRawBufferPointer {
    var file = file
    file.position += row * ((size.width * bits + 31) / 32 * 4)
    return try file.take((size.width * bits + 7) / 8)
  }

  private static func encoding(
    _ fields: Fields, _ file: inout ByteCursor
  ) throws(ImagingError) -> Encoding {
    switch (fields.compression, fields.bits) {
    case (0, 1), (0, 4), (0, 8): .indices(bits: fields.bits, try palette(fields, &file))
    case (1, 8), (2, 4): .runs(bits: fields.bits, try palette(fields, &file))
    case (0, 16): .samples(.rgb555)
    case (0, 24), (0, 32): .samples(BMPSamples(bytes: fields.bits / 8, masks: BMPSamples.bgr))
    case (3, 16), (3, 24), (3, 32): .samples(try samples(fields, &file))
    default:
      throw .unsupportedKind(
        format: BMPDecoder.name,
        kind: "with compression \(fields.compression) of \(fields.bits) bits")
    }
  }

  private static func samples(
    _ fields: Fields, _ file: inout ByteCursor
  ) throws(ImagingError) -> BMPSamples {
    file.position = Fields.infoEnd
    let masks = [try file.long(), try file.long(), try file.long()].map(UInt32.init)
    guard let samples = BMPSamples(bits: fields.bits, masks: masks) else {
      let names = masks.map { String($0, radix: 16) }.joined(separator: ", ")
      throw .unsupportedKind(format: BMPDecoder.name, kind: "with the bit fields \(names)")
    }
    return samples
  }

  private static func palette(
    _ fields: Fields, _ file: inout ByteCursor
  ) throws(ImagingError) -> Palette {
    guard (1...256).contains(fields.colors) else {
      throw .damaged(format: BMPDecoder.name, reason: "a palette of \(fields.colors) colors")
    }
    file.position = fields.end
    var palette = Palette()
    for index in 0..<fields.colors {
      let color = try file.take(fields.isCore ? 3 : 4)
      palette[index] = (color[2], color[1], color[0])
    }
    return fields.bits == 8 && fields.colors > 2 ? palette.completedIfGrey(fields.colors) : palette
  }
}

/// The numbers of any of the headers' versions.
private struct Fields {
  let isCore: Bool
  /// Where the header ends.
  let end: Int
  let width: Int
  let height: Int
  let isTopDown: Bool
  let bits: Int
  let compression: Int
  /// Of the palette.
  let colors: Int

  /// Where the second version's header ends; masks come next, in a later version's header or behind this one.
  static let infoEnd = 54

  init(_ file: inout ByteCursor) throws(ImagingError) {
    let start = file.position
    let length = try file.long()
    isCore = length == 12
    guard isCore || [40, 52, 56, 64, 108, 124].contains(length) else {
      throw .unsupportedKind(format: BMPDecoder.name, kind: "with a header of \(length) bytes")
    }
    end = start + length
    width = try isCore ? file.short() : file.long()
    let rows = try isCore ? file.short() : file.long()
    // A negative number of rows, which are stored top to bottom.
    isTopDown = rows >= 0xFF00_0000
    height = isTopDown ? 1 << 32 - rows : rows
    try file.skip(2)
    bits = try file.short()
    compression = try isCore ? 0 : file.long()
    if !isCore { try file.skip(12) }
    let announced = try isCore ? 0 : file.long()
    colors = announced == 0 ? 1 << min(bits, 8) : announced
    file.position = end
  }
}
