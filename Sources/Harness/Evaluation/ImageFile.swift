import Foundation
import CalibrantImaging

/// One image file of a data set, as it was read.
struct ImageFile: Sendable {
  /// SHA-256 of the file.
  let hash: String
  /// The size of the image before it is prepared, turned where EXIF is applied.
  let original: ImageSize
  /// The size that the prepared image has.
  let size: ImageSize
  /// The prepared image; nil where only the header was looked at.
  let image: ImageBuffer?

  struct Failure: Error {
    let error: HarnessError
    let reason: String
    /// Whether the file itself is at fault, not the options it is prepared with.
    let isUnreadable: Bool
  }

  /// Reads a file, and decodes and prepares its image where asked.
  static func read(
    _ sample: ImageSample, _ preprocessing: Preprocessing, decodes: Bool
  ) -> Result<ImageFile, Failure> {
    contents(of: sample) { bytes in
      let exif = preprocessing.appliesEXIF
      let original = decodes ? try decodeImage(bytes, appliesEXIF: exif) : nil
      let size = try original?.size ?? imageSize(bytes, appliesEXIF: exif)
      return ImageFile(
        hash: ContentHash.sha256(bytes), original: size,
        size: try preprocessing.preparedSize(of: size),
        image: try original.map(preprocessing.prepared))
    }
  }

  /// The prepared image of a file.
  static func image(
    _ sample: ImageSample, _ preprocessing: Preprocessing
  ) throws(HarnessError) -> ImageBuffer {
    let image = contents(of: sample) { try preprocessing.prepared(decoding: $0) }
    return try image.mapError(\.error).get()
  }

  /// No image within the limit of pixels is larger.
  private static let largestFile = 1 << 30

  private static func contents<Value>(
    of sample: ImageSample, _ body: (UnsafeRawBufferPointer) throws -> Value
  ) -> Result<Value, Failure> {
    func failure(_ reason: String, isUnreadable: Bool = true) -> Result<Value, Failure> {
      let advice = isUnreadable ? " (--skip-unreadable leaves such files out)" : ""
      let error = HarnessError.unreadableImage(
        path: sample.absolutePath, reason: reason + advice)
      return .failure(Failure(error: error, reason: reason, isUnreadable: isUnreadable))
    }
    do {
      let size = try sample.url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      guard size <= largestFile else { return failure("it has more than \(largestFile) bytes") }
      return .success(try Data(contentsOf: sample.url).withUnsafeBytes(body))
    } catch let error as ImagingError {
      if case .smallerThanCrop = error { return failure("\(error)", isUnreadable: false) }
      return failure("\(error)")
    } catch {
      return failure(error.localizedDescription)
    }
  }
}
