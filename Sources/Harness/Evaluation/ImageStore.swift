import CalibrantImaging
import Synchronization
import CalibrantTasks

/// The images of a data set, prepared as a model's input.
///
/// A first look hashes every file and refuses what cannot be used. An image is decoded when it is read, or in the first
/// look where the options say so; prepared 8-bit pixels stay within a memory budget, and images beyond it are decoded
/// again whenever they are read. So memory does not grow with their number.
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
  public let isUniform: Bool
  private let sizes: [ImageSize]
  private let geometries: [BoxGeometry]
  /// Wall-clock seconds of the first look.
  public let seconds: Double

  private let cache: PixelCache
  private let readNanoseconds = Atomic<Int>(0)

  public struct Options: Sendable {
    public var jobs: Int
    /// Leave unreadable images out instead of stopping. The first look then decodes them all, to know which they are.
    public var skipsUnreadable = false
    /// Whether the first look decodes, so that what reads the images afterwards can be timed without that.
    public var decodesFirst = false
    /// Bytes of pixels to keep.
    public var budget = 0
    public var isQuiet = true
    public var title = "decoding"

    public init(jobs: Int) { self.jobs = jobs }

    fileprivate var looksInside: Bool { decodesFirst || skipsUnreadable }
  }

  /// Takes the first look at every image.
  /// - Parameter input: what the model reads; an image that ends at another size is an error. Where the model leaves the width
  ///   open and the preprocessing lets it follow the image, images keep widths of their own.
  public init(
    _ dataset: ImageDataset, _ preprocessing: Preprocessing, for input: ImageInput,
    _ options: Options
  ) throws {
    guard [1, 3].contains(input.channels) else {
      throw HarnessError.notAnImageModel(
        reason:
          "it reads \(input.channels) channels where images have 3, or 1 as grey; calibrate and validate take "
          + "N × \(input.channels) × height × width samples as a .npy array")
    }
    let start = ContinuousClock.now
    var samples: [ImageSample] = []
    var hashes: [String] = []
    var geometries: [BoxGeometry] = []
    var skipped: [(path: String, reason: String)] = []
    let cache = PixelCache(budget: options.budget)
    var sizes: [ImageSize] = []
    let isUniform = input.width != nil || !preprocessing.widthFollowsImage
    let progress = Progress(
      options.title, total: dataset.count, isQuiet: options.isQuiet || !options.looksInside)
    try processInOrder(units: dataset.count, jobs: options.jobs) {
      { unit in
        ImageFile.read(dataset.samples[unit], preprocessing, decodes: options.looksInside)
      }
    } consume: { index, outcome in
      progress.advance(to: index + 1)
      let sample = dataset.samples[index]
      switch outcome {
      case .failure(let error):
        guard options.skipsUnreadable, error.isUnreadable else { throw error.error }
        skipped.append((sample.path, error.reason))
      case .success(let file):
        let width = isUniform ? input.width ?? sizes.first?.width : nil
        let height = input.height ?? sizes.first?.height
        try Self.check(file.size, sample, width: width, height: height)
        sizes.append(file.size)
        if let image = file.image { cache.offer(image, at: samples.count) }
        samples.append(sample)
        hashes.append(file.hash)
        geometries.append(try BoxGeometry(of: file.original, preprocessing))
      }
    }
    guard let size = sizes.max(by: { $0.width < $1.width }) else {
      throw HarnessError.noReadableImages(folder: dataset.name)
    }
    self.samples = samples
    self.hashes = hashes
    self.sizes = isUniform ? [] : sizes
    self.isUniform = isUniform
    self.geometries = geometries
    self.skipped = skipped
    self.cache = cache
    self.preprocessing = preprocessing
    classNames = dataset.classNames
    sampleShape = [input.channels, size.height, size.width]
    seconds = (ContinuousClock.now - start).seconds
  }

  public var count: Int { samples.count }

  public func shape(of index: Int) -> [Int] {
    isUniform ? sampleShape : [sampleShape[0], sizes[index].height, sizes[index].width]
  }

  public func name(of index: Int) -> String { samples[index].path }
  /// How an image became the model's input.
  public func geometry(of index: Int) -> BoxGeometry { geometries[index] }

  /// Seconds that all threads together have spent in `write`.
  public var readSeconds: Double { Double(readNanoseconds.load(ordering: .relaxed)) * 1e-9 }

  public func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    let start = ContinuousClock.now
    preprocessing.write(try image(index), into: values)
    let nanoseconds = Int((ContinuousClock.now - start).seconds * 1e9)
    readNanoseconds.add(nanoseconds, ordering: .relaxed)
  }

  private func image(_ index: Int) throws(HarnessError) -> ImageBuffer {
    if let image = cache[index] { return image }
    let image = try ImageFile.image(samples[index], preprocessing)
    // The file may have changed since the first look.
    let shape = shape(of: index)
    try Self.check(image.size, samples[index], width: shape[2], height: shape[1])
    cache.offer(image, at: index)
    return image
  }

  /// - Parameters: the width and height that the prepared image has to have; nil leaves one open.
  private static func check(
    _ size: ImageSize, _ sample: ImageSample, width: Int?, height: Int?
  ) throws(HarnessError) {
    let expected = ImageSize(width: width ?? size.width, height: height ?? size.height)
    guard size != expected else { return }
    let error = ImagingError.wrongSize(
      width: size.width, height: size.height, expectedWidth: expected.width,
      expectedHeight: expected.height)
    throw .unreadableImage(path: sample.absolutePath, reason: "\(error)")
  }
}

extension BoxGeometry {
  init(of size: ImageSize, _ preprocessing: Preprocessing) throws(ImagingError) {
    let mapping = try preprocessing.mapping(of: size)
    self.init(
      width: size.width, height: size.height, scaleX: mapping.scaleX, scaleY: mapping.scaleY,
      offsetX: mapping.offsetX, offsetY: mapping.offsetY)
  }
}
