/// How an image becomes a model's input: a value that can be printed, stored and compared.
public struct Preprocessing: Sendable, Hashable, Codable {
  public enum Resize: Sendable, Hashable, Codable {
    case none
    /// The shorter side gets this length, the longer one int(length · long / short).
    case shorterSide(Int)
    case exact(width: Int, height: Int)
  }

  public var resize: Resize
  /// Side of the centre crop; nil for none.
  public var crop: Int?
  public var interpolation: Interpolation
  /// Of values scaled to 0…1, one per plane in the order the model reads them.
  public var mean: [Float]
  public var std: [Float]
  public var channelOrder: ChannelOrder
  /// Whether the orientation a camera noted is applied; training pipelines do not.
  public var appliesEXIFOrientation: Bool

  public init(
    resize: Resize, crop: Int?, interpolation: Interpolation = .bilinear, mean: [Float],
    std: [Float], channelOrder: ChannelOrder = .rgb, appliesEXIFOrientation: Bool = false
  ) {
    precondition(mean.count == 3 && std.count == 3, "an image has three planes")
    self.resize = resize
    self.crop = crop
    self.interpolation = interpolation
    self.mean = mean
    self.std = std
    self.channelOrder = channelOrder
    self.appliesEXIFOrientation = appliesEXIFOrientation
  }

  public var normalization: Normalization {
    Normalization(mean: mean, std: std, order: channelOrder)
  }

  /// Resize and crop; the pixels stay 8-bit.
  public func prepared(_ image: ImageBuffer) throws(ImagingError) -> ImageBuffer {
    let resized =
      switch resize {
      case .none: image
      case .exact(let width, let height): image.resized(width: width, height: height, interpolation)
      case .shorterSide(let side):
        image.resized(
          width: image.width <= image.height ? side : side * image.width / image.height,
          height: image.width <= image.height ? side * image.height / image.width : side,
          interpolation)
      }
    return try crop.map { side throws(ImagingError) in try resized.centerCropped(to: side) }
      ?? resized
  }

  /// Every part with its value, in the order they apply.
  public var settings: [(key: String, value: String)] {
    [
      ("resize", resize.description), ("crop", crop.map { "\($0)" } ?? "none"),
      ("interpolation", interpolation.rawValue), ("channels", channelOrder.rawValue),
      ("mean", mean.map { "\($0)" }.joined(separator: ",")),
      ("std", std.map { "\($0)" }.joined(separator: ",")),
      ("exif", appliesEXIFOrientation ? "applied" : "ignored"),
    ]
  }
}

extension Preprocessing.Resize: CustomStringConvertible {
  public var description: String {
    switch self {
    case .none: "none"
    case .shorterSide(let side): "\(side)"
    case .exact(let width, let height): "\(width)x\(height)"
    }
  }
}

extension Preprocessing: CustomStringConvertible {
  public var description: String {
    settings.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }
}
