import Foundation
import Imaging
import Synchronization

/// The images of a data set, decoded and prepared once for every arm that reads them.
///
/// Prepared 8-bit pixels are kept within a memory budget; images beyond it are decoded again when they are read.
/// Unchecked: `kept` is written while the store is made and only read afterwards.
public final class ImageStore: SampleSource, @unchecked Sendable {
  /// Images that could be read, in the data set's order.
  public let samples: [ImageSample]
  /// SHA-256 of each sample's file.
  public let hashes: [String]
  /// Relative paths of unreadable images that were left out, each with the reason.
  public let skipped: [(path: String, reason: String)]
  public let classNames: [String]
  public let preprocessing: Preprocessing
  public let sampleShape: [Int]
  /// Wall-clock seconds that decoding took.
  public let seconds: Double

  private let kept: [ImageBuffer?]

  /// Bytes of pixels kept by default.
  public static let defaultBudget = 1 << 30

  public struct Options: Sendable {
    public var jobs: Int
    /// Leave unreadable images out instead of stopping.
    public var skipsUnreadable = false
    public var budget = ImageStore.defaultBudget
    public var isQuiet = true
    public var title = "decoding"

    public init(jobs: Int) { self.jobs = jobs }
  }

  /// Decodes every image.
  /// - Parameter input: what the model reads; an image that ends at another size is an error.
  public init(
    _ dataset: ImageDataset, _ preprocessing: Preprocessing, for input: ImageInput,
    _ options: Options
  ) throws {
    let start = ContinuousClock.now
    var samples: [ImageSample] = []
    var hashes: [String] = []
    var skipped: [(path: String, reason: String)] = []
    var kept: [ImageBuffer?] = []
    var size: (width: Int, height: Int)?
    var used = 0
    let progress = Progress(options.title, total: dataset.count, isQuiet: options.isQuiet)
    try processInOrder(units: dataset.count, jobs: options.jobs) {
      { unit in Self.read(dataset.samples[unit], preprocessing) }
    } consume: { index, outcome in
      progress.advance(to: index + 1)
      let sample = dataset.samples[index]
      switch outcome {
      case .failure(let error):
        guard options.skipsUnreadable, error.isUnreadable else { throw error.error }
        skipped.append((sample.path, error.reason))
      case .success(let file):
        try Self.check(file.image, sample, against: input, first: &size)
        samples.append(sample)
        hashes.append(file.hash)
        used += file.image.pixels.count
        kept.append(used <= options.budget ? file.image : nil)
      }
    }
    guard let size else { throw HarnessError.noReadableImages(folder: dataset.name) }
    self.samples = samples
    self.hashes = hashes
    self.skipped = skipped
    self.kept = kept
    self.preprocessing = preprocessing
    classNames = dataset.classNames
    sampleShape = [3, size.height, size.width]
    seconds = (ContinuousClock.now - start).seconds
  }

  public var count: Int { samples.count }

  public func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    if let image = kept[index] {
      preprocessing.write(image, into: values)
    } else {
      let file = Self.read(samples[index], preprocessing)
      preprocessing.write(try file.mapError(\.error).get().image, into: values)
    }
  }

  private struct PreparedFile: Sendable {
    let image: ImageBuffer
    let hash: String
  }

  private struct Failure: Error {
    let error: HarnessError
    let reason: String
    /// Whether the file itself is at fault, not the options it is prepared with.
    let isUnreadable: Bool
  }

  private static func read(
    _ sample: ImageSample, _ preprocessing: Preprocessing
  ) -> Result<PreparedFile, Failure> {
    func failure(_ reason: String, isUnreadable: Bool = true) -> Result<PreparedFile, Failure> {
      let error = HarnessError.unreadableImage(path: sample.absolutePath, reason: reason)
      return .failure(Failure(error: error, reason: reason, isUnreadable: isUnreadable))
    }
    do {
      let file = try Data(contentsOf: sample.url)
      let image = try file.withUnsafeBytes { try preprocessing.prepared(decoding: $0) }
      return .success(
        PreparedFile(image: image, hash: ContentHash.sha256(file)))
    } catch let error as ImagingError {
      if case .smallerThanCrop = error { return failure("\(error)", isUnreadable: false) }
      return failure("\(error)")
    } catch {
      return failure(error.localizedDescription)
    }
  }

  /// All images end at one size, the model's where it names one.
  private static func check(
    _ image: ImageBuffer, _ sample: ImageSample, against input: ImageInput,
    first: inout (width: Int, height: Int)?
  ) throws(HarnessError) {
    let width = input.width ?? first?.width ?? image.width
    let height = input.height ?? first?.height ?? image.height
    guard image.width == width, image.height == height else {
      let error = ImagingError.wrongSize(
        width: image.width, height: image.height, expectedWidth: width, expectedHeight: height)
      throw .unreadableImage(path: sample.absolutePath, reason: "\(error)")
    }
    first = (width, height)
  }
}
