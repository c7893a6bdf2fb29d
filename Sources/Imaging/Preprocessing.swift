/// Everything between an image file and the numbers a model reads; printed and stored with results.
public struct Preprocessing: Codable, Hashable, Sendable {
  public enum Resize: Codable, Hashable, Sendable {
    /// The shorter side becomes this long and the longer one keeps the proportion, rounded down.
    case shorterSide(Int)
    case exact(width: Int, height: Int)
    /// The image becomes this high and as wide as it then has to be, rounded up: lines of text.
    case height(Int)
    /// Scaled until it fits a frame, and bars for the rest. Nothing is cropped.
    case letterbox(width: Int, height: Int, placement: Letterbox.Placement)
    case none
  }

  public var resize: Resize
  /// The side of the square cut from the middle after resizing.
  public var crop: Int?
  public var interpolation: Interpolation
  /// In units of pixel value / 255, one per plane in the order of `channelOrder`.
  public var mean: [Float]
  /// In units of pixel value / 255, one per plane in the order of `channelOrder`.
  public var std: [Float]
  public var channelOrder: ChannelOrder
  /// Whether a JPEG is turned as its EXIF orientation says. Training pipelines rarely do.
  public var appliesEXIF: Bool

  public init(
    resize: Resize = .none, crop: Int? = nil, interpolation: Interpolation = .bilinear,
    mean: [Float] = [0, 0, 0], std: [Float] = [1, 1, 1], channelOrder: ChannelOrder = .rgb,
    appliesEXIF: Bool = false
  ) {
    self.resize = resize
    self.crop = crop
    self.interpolation = interpolation
    self.mean = mean
    self.std = std
    self.channelOrder = channelOrder
    self.appliesEXIF = appliesEXIF
  }
}

extension Preprocessing {
  /// Refuses values that no image can be prepared with.
  public func validate() throws(ImagingError) {
    func require(_ holds: Bool, _ reason: String) throws(ImagingError) {
      if !holds { throw .invalidPreprocessing(reason: reason) }
    }
    switch resize {
    case .shorterSide(let side): try require(side > 0, "resizing the shorter side to \(side)")
    case .exact(let width, let height):
      try require(width > 0 && height > 0, "resizing to \(width)x\(height)")
    case .height(let height): try require(height > 0, "resizing to a height of \(height)")
    case .letterbox(let width, let height, _):
      try require(width > 0 && height > 0, "a letterbox of \(width)x\(height)")
      try require(crop == nil, "a crop of a letterbox")
    case .none: break
    }
    if let crop { try require(crop > 0, "a crop of \(crop) pixels") }
    try require(mean.count == 3 && mean.allSatisfy(\.isFinite), "the mean is not three numbers")
    try require(
      std.count == 3 && std.allSatisfy { $0.isFinite && $0 > 0 },
      "the standard deviation is not three positive numbers")
  }

  /// The image resized and cropped, before any arithmetic on its values.
  public func prepared(_ image: ImageBuffer) throws(ImagingError) -> ImageBuffer {
    if case .letterbox(let width, let height, let placement) = resize {
      try validate()
      return try image.letterboxed(
        width: width, height: height, placement: placement, interpolation: interpolation)
    }
    let (resized, columns, rows) = try window(of: image.size)
    return try image.resized(
      width: resized.width, height: resized.height, columns: columns, rows: rows,
      interpolation: interpolation)
  }

  /// The size that a prepared image has, given the original's.
  public func preparedSize(of size: ImageSize) throws(ImagingError) -> ImageSize {
    let window = try window(of: size)
    let prepared = ImageSize(width: window.columns.count, height: window.rows.count)
    _ = try ImageBuffer.byteCount(width: prepared.width, height: prepared.height)
    return prepared
  }

  /// The size that an image file's contents will have once prepared, from the file's header alone.
  public func preparedSize(
    ofHeader bytes: UnsafeRawBufferPointer
  ) throws(ImagingError) -> ImageSize {
    try preparedSize(of: imageSize(bytes, appliesEXIF: appliesEXIF))
  }

  /// Decodes, turns (where asked) and prepares an image file's contents.
  public func prepared(decoding bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageBuffer {
    try prepared(decodeImage(bytes, appliesEXIF: appliesEXIF))
  }

  /// Refuses a prepared image that is not of the model's input size.
  public func check(_ image: ImageBuffer, width: Int, height: Int) throws(ImagingError) {
    guard image.width == width, image.height == height else {
      throw .wrongSize(
        width: image.width, height: image.height, expectedWidth: width, expectedHeight: height)
    }
  }

  /// Writes a prepared image as float32 planes (C×H×W): `(value / 255 − mean) / std`. One plane is grey, with the first
  /// mean and deviation.
  public func write(_ image: ImageBuffer, into planes: UnsafeMutableBufferPointer<Float>) {
    if planes.count == image.width * image.height {
      return image.normalizeGrey(mean: mean[0], std: std[0], into: planes)
    }
    image.normalize(mean: mean, std: std, order: channelOrder, into: planes)
  }

  /// What of the resized image is kept.
  func window(
    of size: ImageSize
  ) throws(ImagingError) -> (resized: ImageSize, columns: Range<Int>, rows: Range<Int>) {
    let resized = try resizedSize(of: size)
    guard let crop else { return (resized, 0..<resized.width, 0..<resized.height) }
    let window = try ImageBuffer.centerWindow(crop, width: resized.width, height: resized.height)
    return (resized, window.columns, window.rows)
  }

  private func resizedSize(of size: ImageSize) throws(ImagingError) -> ImageSize {
    try validate()
    switch resize {
    case .none: return size
    case .exact(let width, let height), .letterbox(let width, let height, _):
      return ImageSize(width: width, height: height)
    case .height(let height):
      let scaled = Self.scaled(size.width, by: height, over: size.height)
      // Rounded up, as PaddleOCR does.
      return ImageSize(width: scaled.isExact ? scaled.side : scaled.side &+ 1, height: height)
    case .shorterSide(let side):
      return size.width <= size.height
        ? ImageSize(width: side, height: Self.scaled(size.height, by: side, over: size.width).side)
        : ImageSize(width: Self.scaled(size.width, by: side, over: size.height).side, height: side)
    }
  }

  /// `side` · `factor` / `divisor`, rounded down. Resizing refuses what overflows: `byteCount` checks every size.
  private static func scaled(
    _ side: Int, by factor: Int, over divisor: Int
  ) -> (side: Int, isExact: Bool) {
    let (product, overflow) = factor.multipliedReportingOverflow(by: side)
    guard !overflow else { return (.max, true) }
    let (quotient, rest) = product.quotientAndRemainder(dividingBy: max(divisor, 1))
    return (quotient, rest == 0)
  }
}

extension Preprocessing {
  /// What one plane's values can be after normalisation.
  public struct ChannelRange: Hashable, Sendable {
    public let lowest: Float
    public let highest: Float
    /// The mean over all 256 pixel values taken as equally likely: the middle of the range.
    public let mean: Float
  }

  /// Per plane, in the planes' order.
  public var valueRange: [ChannelRange] {
    zip(mean, std).map { mean, std in
      ChannelRange(lowest: (0 - mean) / std, highest: (1 - mean) / std, mean: (0.5 - mean) / std)
    }
  }
}

extension Preprocessing: CustomStringConvertible {
  public var description: String {
    let geometry = resize == .none ? "no resize" : "\(resize) (\(interpolation.rawValue))"
    let crop = crop.map { "centre crop \($0)" } ?? "no crop"
    let exif = appliesEXIF ? ", EXIF orientation applied" : ""
    let numbers = "mean \(Self.list(mean)), std \(Self.list(std))"
    return "\(geometry), \(crop), \(channelOrder.rawValue.uppercased()), \(numbers)\(exif)"
  }

  private static func list(_ values: [Float]) -> String {
    values.map(\.description).joined(separator: " ")
  }
}

extension Preprocessing.Resize: CustomStringConvertible {
  public var description: String {
    switch self {
    case .shorterSide(let side): "shorter side \(side)"
    case .exact(let width, let height): "exactly \(width)x\(height)"
    case .height(let height): "height \(height)"
    case .letterbox(let width, let height, .center): "letterbox \(width)x\(height)"
    case .letterbox(let width, let height, .corner): "letterbox \(width)x\(height) in the corner"
    case .none: "no resize"
    }
  }
}
