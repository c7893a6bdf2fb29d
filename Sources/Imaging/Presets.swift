extension Preprocessing {
  /// A named recipe, as a function of the side of the model's square input.
  public struct Preset: Sendable {
    public let name: String
    public let summary: String
    public let preprocessing: @Sendable (_ side: Int) -> Preprocessing
  }

  /// The recipes that go by a name. A new one is a function below and a line here.
  public static let presets: [Preset] = [
    Preset(
      name: "imagenet", summary: "resize, crop, RGB, ImageNet mean and std",
      preprocessing: imagenet),
    Preset(
      name: "tensorflow", summary: "resize, crop, RGB, values in -1...1",
      preprocessing: tensorflow),
    Preset(
      name: "caffe", summary: "resize, crop, BGR, values in 0...255 less the ImageNet mean",
      preprocessing: caffe),
    Preset(
      name: "none", summary: "no resize, no crop, RGB, values in 0...1",
      preprocessing: { _ in Preprocessing() }),
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

  /// The shorter side to 256/224 of the input's, rounded half up, then the middle.
  private static func classification(side: Int, mean: [Float], std: [Float]) -> Preprocessing {
    let (product, overflow) = side.multipliedReportingOverflow(by: 256)
    let shorter = overflow ? side : (product / 224) + (product % 224 >= 112 ? 1 : 0)
    return Preprocessing(
      resize: .shorterSide(shorter), crop: side, interpolation: .bilinear, mean: mean, std: std)
  }
}
