import Imaging
import Synchronization

/// The images of a data set, prepared as a model's input.
///
/// A first look hashes every file and refuses what cannot be used. Images that are read once (`Options.streams`) are
/// decoded when they are read, so that memory does not grow with their number. Images that several arms read are
/// decoded once, in the first look; their prepared 8-bit pixels are kept within a memory budget, and those beyond it
/// are decoded again when they are read.
public final class ImageStore: SampleSource {
  /// Images that can be read, in the data set's order.
  public let samples: [ImageSample]
  /// SHA-256 of each sample's file.
  public let hashes: [String]
  /// Relative paths of unreadable images that were left out, each with the reason.
  public let skipped: [(path: String, reason: String)]
  public let classNames: [String]
  public let preprocessing: Preprocessing
  public let sampleShape: [Int]
  /// Wall-clock seconds of the first look.
  public let seconds: Double

  private let kept: [ImageBuffer?]
  private let readNanoseconds = Atomic<Int>(0)

  public struct Options: Sendable {
    public var jobs: Int
    /// Leave unreadable images out instead of stopping. The first look then decodes them all, to know which they are.
    public var skipsUnreadable = false
    /// Whether every image is read once.
    public var streams = false
    /// Bytes of pixels to keep; nil chooses.
    public var budget: Int?
    public var isQuiet = true
    public var title = "decoding"

    public init(jobs: Int) { self.jobs = jobs }

    var decodesAhead: Bool { !streams || skipsUnreadable }
    var pixelBudget: Int { budget ?? (streams ? 32 << 20 : 1 << 30) }
  }

  /// Takes the first look at every image.
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
    var size: ImageSize?
    var used = 0
    let progress = Progress(
      options.title, total: dataset.count, isQuiet: options.isQuiet || !options.decodesAhead)
    try processInOrder(units: dataset.count, jobs: options.jobs) {
      { unit in
        ImageFile.read(dataset.samples[unit], preprocessing, decodes: options.decodesAhead)
      }
    } consume: { index, outcome in
      progress.advance(to: index + 1)
      let sample = dataset.samples[index]
      switch outcome {
      case .failure(let error):
        guard options.skipsUnreadable, error.isUnreadable else { throw error.error }
        skipped.append((sample.path, error.reason))
      case .success(let file):
        try Self.check(file.size, sample, against: input, first: &size)
        samples.append(sample)
        hashes.append(file.hash)
        used += file.image?.pixels.count ?? 0
        kept.append(used <= options.pixelBudget ? file.image : nil)
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

  /// Seconds that all threads together have spent in `write`.
  public var readSeconds: Double { Double(readNanoseconds.load(ordering: .relaxed)) * 1e-9 }

  public func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    let start = ContinuousClock.now
    let image = try kept[index] ?? ImageFile.image(samples[index], preprocessing)
    // A file may have changed since the first look.
    try Self.check(
      image.size, samples[index],
      against: ImageSize(width: sampleShape[2], height: sampleShape[1]))
    preprocessing.write(image, into: values)
    let nanoseconds = Int((ContinuousClock.now - start).seconds * 1e9)
    readNanoseconds.add(nanoseconds, ordering: .relaxed)
  }

  /// All images end at one size, the model's where it names one.
  private static func check(
    _ size: ImageSize, _ sample: ImageSample, against input: ImageInput, first: inout ImageSize?
  ) throws(HarnessError) {
    let expected = ImageSize(
      width: input.width ?? first?.width ?? size.width,
      height: input.height ?? first?.height ?? size.height)
    try check(size, sample, against: expected)
    first = expected
  }

  private static func check(
    _ size: ImageSize, _ sample: ImageSample, against expected: ImageSize
  ) throws(HarnessError) {
    guard size != expected else { return }
    let error = ImagingError.wrongSize(
      width: size.width, height: size.height, expectedWidth: expected.width,
      expectedHeight: expected.height)
    throw .unreadableImage(path: sample.absolutePath, reason: "\(error)")
  }
}
