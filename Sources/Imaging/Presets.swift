extension Preprocessing {
  /// A named recipe, as a function of the size of the model's input.
  public struct Preset: Sendable {
    public let name: String
    public let summary: String
    /// The side of such a model's input, where its file leaves it open.
    public let usualSide: Int
    public let preprocessing: @Sendable (_ input: ImageSize) -> Preprocessing

    init(
      _ name: String, _ summary: String, usualSide: Int = 224,
      _ preprocessing: @escaping @Sendable (ImageSize) -> Preprocessing
    ) {
      (self.name, self.summary, self.usualSide) = (name, summary, usualSide)
      self.preprocessing = preprocessing
    }
  }

  /// The recipes that go by a name. A new one is a function below and a line here.
  public static let presets: [Preset] = [
    Preset("imagenet", "resize, crop, RGB, ImageNet mean and std") { imagenet(side: $0.shorter) },
    Preset("tensorflow", "resize, crop, RGB, values in -1...1") { tensorflow(side: $0.shorter) },
    Preset("caffe", "resize, crop, BGR, values in 0...255 less the ImageNet mean") {
      caffe(side: $0.shorter)
    },
    Preset("none", "no resize, no crop, RGB, values in 0...1") { _ in Preprocessing() },
    Preset("yolo", "letterbox, RGB, values in 0...1", usualSide: 640, yolo),
    Preset("yolox", "letterbox in the corner, BGR, values in 0...255", usualSide: 640, yolox),
  ]

  /// torchvision's evaluation recipe.
  public static func imagenet(side: Int) -> Preprocessing {
    classification(side: side, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
  }

  /// Values in −1...1.
  public static func tensorflow(side: Int) -> Preprocessing {
    classification(side: side, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
  }

  /// Pixel values 0...255 less their mean, planes blue, green, red (so is the mean's order).
  public static func caffe(side: Int) -> Preprocessing {
    var recipe = classification(
      side: side, mean: [103.939, 116.779, 123.68].map { $0 / 255 },
      std: [1 / 255, 1 / 255, 1 / 255])
    recipe.channelOrder = .bgr
    return recipe
  }

  /// Ultralytics' recipe for detectors.
  public static func yolo(_ input: ImageSize) -> Preprocessing {
    Preprocessing(
      resize: .letterbox(width: input.width, height: input.height, placement: .center))
  }

  /// Pixel values 0...255, planes blue, green, red.
  public static func yolox(_ input: ImageSize) -> Preprocessing {
    Preprocessing(
      resize: .letterbox(width: input.width, height: input.height, placement: .corner),
      std: [1 / 255, 1 / 255, 1 / 255], channelOrder: .bgr)
  }

  /// The shorter side to 256/224 of the input's, rounded half up, then the middle.
  private static func classification(side: Int, mean: [Float], std: [Float]) -> Preprocessing {
    let (product, overflow) = side.multipliedReportingOverflow(by: 256)
    let shorter = overflow ? side : (product / 224) + (product % 224 >= 112 ? 1 : 0)
    return Preprocessing(
      resize: .shorterSide(shorter), crop: side, interpolation: .bilinear, mean: mean, std: std)
  }
}

extension ImageSize {
  fileprivate var shorter: Int { min(width, height) }
}
