/// Why an image could not be written as a file.
public enum ImageEncodingError: Error, Equatable, CustomStringConvertible {
  /// The format stores no image of this size.
  case unsupportedSize(format: String, width: Int, height: Int)
  /// libjpeg or libpng refused; `reason` is its own text.
  case refused(format: String, reason: String)

  public var description: String {
    switch self {
    case .unsupportedSize(let format, let width, let height):
      "\(format) cannot store an image of \(width)x\(height) pixels"
    case .refused(let format, let reason):
      "cannot encode \(format): \(reason)"
    }
  }
}
