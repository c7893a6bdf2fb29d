/// What a PBM, PGM or PPM says before its samples.
struct NetpbmHeader {
  let size: ImageSize
  let isPlain: Bool
  let isBitmap: Bool
  /// 1 for grey, 3 for colour.
  let channels: Int
  /// The value of white, 1...65,535.
  let largest: Int
  /// The byte of each value up to the largest.
  let levels: [UInt8]
  /// The position of the samples in the file.
  let start: Int

  /// Samples of the image.
  var count: Int { size.width * size.height * channels }

  init(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) {
    let kind = Int(bytes[1] - UInt8(ascii: "0"))
    isPlain = kind <= 3
    isBitmap = kind % 3 == 1
    channels = kind % 3 == 0 ? 3 : 1
    var tokens = NetpbmTokens(
      ByteCursor(bytes: bytes, format: NetpbmDecoder.name, position: 3))
    let (width, height) = (try tokens.number(), try tokens.number())
    let largest = isBitmap ? 1 : try tokens.number()
    start = tokens.file.position
    size = try ImageSize(
      width: width, height: height, of: NetpbmDecoder.name, fileBytes: bytes.count)
    guard (1...65_535).contains(largest) else {
      throw .damaged(format: NetpbmDecoder.name, reason: "a largest value of \(largest)")
    }
    guard largest <= 255 || channels == 3 else {
      throw .unsupportedKind(format: NetpbmDecoder.name, kind: "with 16-bit grey")
    }
    self.largest = largest
    levels = (0...largest).map { value in
      UInt8((Double(value) / Double(largest) * 255).rounded(.toNearestOrEven))
    }
  }
}
