/// What a GIF says up to its first frame's pixels.
struct GIFFrame {
  /// The size of the whole image, which holds the frame.
  let canvas: ImageSize
  let left: Int
  let top: Int
  let width: Int
  /// The frame's rows in the order in which they are stored.
  let rows: [Int]
  let palette: Palette
  /// The index of what the frame leaves free.
  let background: UInt8
  /// The position of the compressed indices in the file.
  let start: Int

  init(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) {
    var file = ByteCursor(bytes: bytes, format: GIFDecoder.name, position: 6)
    let (screenWidth, screenHeight) = (try file.short(), try file.short())
    let screenFlags = try file.byte()
    try file.skip(2)
    let screenPalette = try Self.palette(screenFlags, &file)
    background = try Self.skipToFrame(&file)
    left = try file.short()
    top = try file.short()
    width = try file.short()
    let height = try file.short()
    let flags = try file.byte()
    guard width > 0, height > 0 else {
      throw .damaged(format: GIFDecoder.name, reason: "a frame of \(width)x\(height) pixels")
    }
    canvas = try ImageSize(
      width: max(screenWidth, left + width), height: max(screenHeight, top + height),
      of: GIFDecoder.name, fileBytes: bytes.count)
    let ownPalette = try Self.palette(flags, &file)
    palette = ownPalette ?? screenPalette ?? Palette { UInt8($0) }
    rows = flags & 0x40 != 0 ? Self.interlaced(height) : Array(0..<height)
    start = file.position
  }

  /// Every eighth row, those between, and so on.
  private static func interlaced(_ height: Int) -> [Int] {
    [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { start, step in
      stride(from: start, to: height, by: step)
    }
  }

  /// The palette that the flags announce; nil when they announce none.
  private static func palette(
    _ flags: Int, _ file: inout ByteCursor
  ) throws(ImagingError) -> Palette? {
    guard flags & 0x80 != 0 else { return nil }
    let count = 2 << (flags & 7)
    let colors = try file.take(3 * count)
    var palette = Palette()
    for index in 0..<count {
      palette[index] = (colors[3 * index], colors[3 * index + 1], colors[3 * index + 2])
    }
    return palette.completedIfGrey(count)
  }

  /// Goes behind the first image's separator and tells the transparent index, or 0.
  private static func skipToFrame(_ file: inout ByteCursor) throws(ImagingError) -> UInt8 {
    var transparent: UInt8 = 0
    while !file.isAtEnd {
      switch try file.byte() {
      case imageSeparator: return transparent
      case extensionIntroducer: transparent = try skipExtension(&file) ?? transparent
      case trailer: throw .damaged(format: GIFDecoder.name, reason: "no frame")
      default: continue
      }
    }
    throw .damaged(format: GIFDecoder.name, reason: "premature end of file")
  }

  private static let extensionIntroducer = 0x21
  private static let imageSeparator = 0x2C
  private static let trailer = 0x3B
  private static let graphicControl = 0xF9

  /// The transparent index, where the extension tells one.
  private static func skipExtension(_ file: inout ByteCursor) throws(ImagingError) -> UInt8? {
    let isControl = try file.byte() == graphicControl
    var transparent: UInt8?
    var isFirst = true
    while true {
      let count = try file.byte()
      if count == 0 { return transparent }
      let block = try file.take(count)
      if isControl, isFirst, count >= 4, block[0] & 1 != 0 { transparent = block[3] }
      isFirst = false
    }
  }
}
