import Foundation

/// The eight ways a camera may have been held (EXIF 2.3, tag 0x0112).
public struct EXIFOrientation: Sendable, Equatable {
  /// 1…8; 1 needs no change.
  public let value: Int

  /// The orientation noted in a JPEG file; 1 where there is none or it cannot be read.
  public init(ofJPEG file: Data) {
    value = Self.tag(in: [UInt8](file.prefix(1 << 17))) ?? 1
  }

  private static func tag(in bytes: [UInt8]) -> Int? {
    var position = 2
    while position + 4 <= bytes.count, bytes[position] == 0xFF, bytes[position + 1] != 0xDA {
      let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
      let end = min(position + 2 + length, bytes.count)
      let start = position + 4
      if bytes[position + 1] == 0xE1, end - start > 14,
        bytes[start..<start + 4].elementsEqual("Exif".utf8)
      {
        return tag(inTIFF: Array(bytes[start + 6..<end]))
      }
      position += 2 + max(length, 2)
    }
    return nil
  }

  private static func tag(inTIFF bytes: [UInt8]) -> Int? {
    guard bytes.count >= 8 else { return nil }
    let isLittleEndian = bytes[0] == 0x49
    func number(at offset: Int, size: Int) -> Int? {
      guard offset >= 0, offset + size <= bytes.count else { return nil }
      let field = bytes[offset..<offset + size]
      return (isLittleEndian ? Array(field.reversed()) : Array(field)).reduce(0) {
        $0 << 8 | Int($1)
      }
    }
    guard let directory = number(at: 4, size: 4), let count = number(at: directory, size: 2) else {
      return nil
    }
    for entry in 0..<count {
      let offset = directory + 2 + 12 * entry
      guard let tag = number(at: offset, size: 2) else { return nil }
      if tag == 0x0112 {
        return number(at: offset + 8, size: 2).flatMap { (1...8).contains($0) ? $0 : nil }
      }
    }
    return nil
  }
}

extension ImageBuffer {
  /// Decodes, and turns the image upright where asked to and the file says how.
  public init(decoding file: Data, appliesOrientation: Bool) throws(ImagingError) {
    let stored = try ImageBuffer(decoding: file)
    self = appliesOrientation ? stored.upright(from: EXIFOrientation(ofJPEG: file)) : stored
  }

  /// The image as it was seen, given how the camera was held.
  public func upright(from orientation: EXIFOrientation) -> ImageBuffer {
    guard orientation.value > 1 else { return self }
    let swapsAxes = orientation.value >= 5
    let (newWidth, newHeight) = swapsAxes ? (height, width) : (width, height)
    var turned = [UInt8](repeating: 0, count: pixels.count)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let (sourceX, sourceY) = source(ofX: x, y: y, orientation.value)
        let (from, to) = ((sourceY * width + sourceX) * 3, (y * newWidth + x) * 3)
        for channel in 0..<3 { turned[to + channel] = pixels[from + channel] }
      }
    }
    return ImageBuffer(width: newWidth, height: newHeight, pixels: turned)
  }

  private func source(ofX x: Int, y: Int, _ orientation: Int) -> (Int, Int) {
    switch orientation {
    case 2: (width - 1 - x, y)
    case 3: (width - 1 - x, height - 1 - y)
    case 4: (x, height - 1 - y)
    case 5: (y, x)
    case 6: (y, height - 1 - x)
    case 7: (width - 1 - y, height - 1 - x)
    case 8: (width - 1 - y, x)
    default: (x, y)
    }
  }
}
