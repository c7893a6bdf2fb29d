/// What can be wrong with an image or with how it is to be prepared.
public enum ImagingError: Error, Sendable, Hashable {
  /// No decoder knows the file's first bytes.
  case unknownFormat(firstBytes: [UInt8])
  case damaged(format: String, reason: String)
  case tooLarge(width: Int, height: Int)
  case smallerThanCrop(width: Int, height: Int, crop: Int)
  /// The prepared image is not of the size the model reads.
  case wrongSize(width: Int, height: Int, needed: String)
}

extension ImagingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownFormat(let bytes):
      bytes.isEmpty
        ? "the file is empty"
        : "not an image of a known format (JPEG, PNG); it starts with "
          + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    case .damaged(let format, let reason): "damaged \(format): \(reason)"
    case .tooLarge(let width, let height):
      "\(width) × \(height) pixels are more than the \(ImageBuffer.maximumPixels) allowed"
    case .smallerThanCrop(let width, let height, let crop):
      "\(width) × \(height) pixels are too few for a crop of \(crop); "
        + "resize first (--resize) or crop less (--crop)"
    case .wrongSize(let width, let height, let needed):
      "the prepared image is \(width) × \(height), the model reads \(needed); "
        + "set --crop to its side, or --resize WxH to its size"
    }
  }
}
