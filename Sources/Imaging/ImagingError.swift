/// Why an image cannot be read or prepared.
public enum ImagingError: Error, Equatable, Sendable {
  /// No decoder knows these first bytes (at most eight are kept).
  case unknownFormat(firstBytes: [UInt8])
  /// An image of a format that nothing here decodes.
  case unsupportedFormat(name: String)
  /// A kind of a format that is decoded otherwise; `kind` goes on from "a … image".
  case unsupportedKind(format: String, kind: String)
  /// The format's library refused the data.
  case damaged(format: String, reason: String)
  case tooManyPixels(width: Int, height: Int, limit: Int)
  case tooLongSide(width: Int, height: Int, limit: Int)
  case smallerThanCrop(width: Int, height: Int, crop: Int)
  /// The prepared image is not of the size that the model's input has.
  case wrongSize(width: Int, height: Int, expectedWidth: Int, expectedHeight: Int)
  case invalidPreprocessing(reason: String)
  /// An image that holds no index for each pixel; `kind` goes on from "an image".
  case noIndices(kind: String)
}

extension ImagingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownFormat(let bytes):
      Self.describe(firstBytes: bytes)
    case .unsupportedFormat(let name):
      "a \(name) image, which is not read: convert it to PNG, which loses nothing "
        + "(for instance `magick mogrify -format png FILE`)"
    case .unsupportedKind(let format, let kind):
      "a \(format) image \(kind), which is not read: convert it to PNG with 8 bits per channel "
        + "(for instance `magick mogrify -format png -depth 8 FILE`)"
    case .damaged(let format, let reason):
      "damaged \(format) image: \(reason)"
    case .tooManyPixels(let width, let height, let limit):
      "an image of \(width)x\(height) has more than \(limit) pixels"
    case .tooLongSide(let width, let height, let limit):
      "an image of \(width)x\(height) has a side of more than \(limit) pixels"
    case .smallerThanCrop(let width, let height, let crop):
      "an image of \(width)x\(height) is smaller than the crop of \(crop)x\(crop): "
        + "use --resize \(crop) or more, or a smaller --crop"
    case .wrongSize(let width, let height, let expectedWidth, let expectedHeight):
      "the prepared image is \(width)x\(height) but the model's input is "
        + "\(expectedWidth)x\(expectedHeight): use "
        + Self.remedy(expectedWidth: expectedWidth, expectedHeight: expectedHeight)
    case .invalidPreprocessing(let reason):
      "invalid preprocessing: \(reason)"
    case .noIndices(let kind):
      "an image \(kind) is no mask: a mask is a PNG with a palette or in grey, of at most 8 bits, whose "
        + "pixels are the indices of classes"
    }
  }

  private static func describe(firstBytes bytes: [UInt8]) -> String {
    guard !bytes.isEmpty else { return "not an image: the file is empty" }
    let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    let formats = StandardDecoders.all.map(\.format)
    let names = formats.dropLast().joined(separator: ", ") + " or " + (formats.last ?? "")
    return "not a \(names) image: it starts with the bytes \(hex.joined(separator: " "))"
  }

  private static func remedy(expectedWidth: Int, expectedHeight: Int) -> String {
    let exact = "--resize \(expectedWidth)x\(expectedHeight) --crop none"
    return expectedWidth == expectedHeight ? "--crop \(expectedWidth), or \(exact)" : exact
  }
}
