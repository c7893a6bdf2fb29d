import Foundation
import CalibrantImaging

extension ComparisonRun.Outcome {
  /// Shrinks the images that the report shows; one that cannot be read again goes without a picture.
  mutating func addThumbnails(of samples: [ImageSample]) {
    let wanted = listing.shownPaths
    for sample in samples where wanted.contains(sample.path) {
      thumbnails[sample.path] = Self.thumbnail(of: sample, side: listing.thumbnailSide)
    }
  }

  private static func thumbnail(of sample: ImageSample, side: Int) -> String? {
    guard let file = try? Data(contentsOf: sample.url),
      let image = try? file.withUnsafeBytes({ try decodeImage($0, appliesEXIF: false) })
    else { return nil }
    let scale = min(1, Double(side) / Double(max(image.width, image.height)))
    let width = max(1, Int(Double(image.width) * scale))
    let height = max(1, Int(Double(image.height) * scale))
    guard
      let small = try? image.resized(width: width, height: height, interpolation: .bilinear),
      let bytes = try? JPEGEncoder(quality: 80).encode(small)
    else { return nil }
    return "data:image/jpeg;base64," + Data(bytes).base64EncodedString()
  }
}
