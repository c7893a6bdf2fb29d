/// Where the first row and column of a stored image belong (EXIF tag 0x0112; TIFF 6.0, page 36).
public enum Orientation: Int, Sendable, CaseIterable {
  case upright = 1
  case mirrored
  case upsideDown
  case flipped
  case transposed
  /// Needs a quarter turn clockwise.
  case quarterTurn
  case transversed
  /// Needs three quarter turns clockwise.
  case threeQuarterTurns

  fileprivate var swapsAxes: Bool { rawValue >= 5 }

  /// Whether the stored columns run from right to left in the upright image's matching axis.
  fileprivate var reversesColumns: Bool {
    switch self {
    case .mirrored, .upsideDown, .transversed, .threeQuarterTurns: true
    default: false
    }
  }

  fileprivate var reversesRows: Bool {
    switch self {
    case .upsideDown, .flipped, .quarterTurn, .transversed: true
    default: false
    }
  }
}

extension ImageSize {
  /// The size of the image as it is meant to be looked at.
  func turned(_ orientation: Orientation) -> ImageSize {
    orientation.swapsAxes ? ImageSize(width: height, height: width) : self
  }
}

extension ImageBuffer {
  public var size: ImageSize { ImageSize(width: width, height: height) }

  /// The image as it is meant to be looked at.
  public func turned(_ orientation: Orientation) -> ImageBuffer {
    guard orientation != .upright else { return self }
    let size = size.turned(orientation)
    var turned: [UInt8] = []
    turned.reserveCapacity(pixels.count)
    for y in 0..<size.height {
      for x in 0..<size.width {
        let (column, row) = orientation.swapsAxes ? (y, x) : (x, y)
        let sourceX = orientation.reversesColumns ? width - 1 - column : column
        let sourceY = orientation.reversesRows ? height - 1 - row : row
        let source = (sourceY * width + sourceX) * Self.channels
        turned.append(contentsOf: pixels[source..<source + Self.channels])
      }
    }
    return ImageBuffer(width: size.width, height: size.height, pixels: turned)
  }
}
