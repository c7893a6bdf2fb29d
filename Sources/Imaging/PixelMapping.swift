/// Where a point of an image lies once the image is prepared: prepared = original · scale + offset, for x and y, in pixels from
/// the left upper corner.
public struct PixelMapping: Hashable, Sendable {
  public let scaleX: Double
  public let scaleY: Double
  /// The bar on the left, or less than 0 where a crop takes columns away.
  public let offsetX: Double
  public let offsetY: Double
}

extension Preprocessing {
  /// How an image of this size, turned where EXIF is applied, becomes what a model reads.
  public func mapping(of size: ImageSize) throws(ImagingError) -> PixelMapping {
    if case .letterbox(let width, let height, let placement) = resize {
      let box = try Letterbox(of: size, width: width, height: height, placement: placement)
      return PixelMapping(
        scaleX: box.scaleX, scaleY: box.scaleY, offsetX: Double(box.left), offsetY: Double(box.top))
    }
    let (resized, columns, rows) = try window(of: size)
    return PixelMapping(
      scaleX: Double(resized.width) / Double(size.width),
      scaleY: Double(resized.height) / Double(size.height),
      offsetX: -Double(columns.lowerBound), offsetY: -Double(rows.lowerBound))
  }

  /// Whether a prepared image is all of the original and nothing else.
  public var keepsWholeImage: Bool {
    if case .letterbox = resize { return false }
    return crop == nil
  }

  /// The width and height that images end at, where these are stated.
  public var statedSides: (width: Int?, height: Int?) {
    if let crop { return (crop, crop) }
    return switch resize {
    case .exact(let width, let height), .letterbox(let width, let height, _): (width, height)
    case .height(let height): (nil, height)
    case .shorterSide, .none: (nil, nil)
    }
  }

  /// The height that is asked for by itself. Networks that read lines of text often take no other, and do not say so.
  public var statedHeight: Int? {
    if case .height(let height) = resize, crop == nil { return height }
    return nil
  }

  /// Whether images of different sizes can end at different widths, as is meant.
  public var widthFollowsImage: Bool { statedHeight != nil }
}
