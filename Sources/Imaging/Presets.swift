/// A named recipe of preprocessing, made for a model's input side.
public struct Preset: Sendable {
  public let name: String
  public let make: @Sendable (_ side: Int) -> Preprocessing

  /// The recipes that can be named. To add one: a line here.
  public static let all = [imagenet, tensorflow, caffe, none]

  public static func named(_ name: String) -> Preset? { all.first { $0.name == name } }

  /// torchvision's evaluation: shorter side to 256/224 of the input, centre crop, ImageNet mean and deviation.
  public static let imagenet = Preset(name: "imagenet") { side in
    Preprocessing(
      resize: .shorterSide(resizeSide(for: side)), crop: side, mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225])
  }

  /// Values from −1 to 1.
  public static let tensorflow = Preset(name: "tensorflow") { side in
    Preprocessing(
      resize: .shorterSide(resizeSide(for: side)), crop: side, mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5])
  }

  /// BGR, 0…255 minus the mean of each channel.
  public static let caffe = Preset(name: "caffe") { side in
    Preprocessing(
      resize: .shorterSide(resizeSide(for: side)), crop: side,
      mean: [103.939 / 255, 116.779 / 255, 123.68 / 255], std: [1 / 255, 1 / 255, 1 / 255],
      channelOrder: .bgr)
  }

  /// Pixels as they are, scaled to 0…1.
  public static let none = Preset(name: "none") { _ in
    Preprocessing(resize: .none, crop: nil, mean: [0, 0, 0], std: [1, 1, 1])
  }

  /// 256/224 of the input's side, rounded half up.
  private static func resizeSide(for side: Int) -> Int { (side * 256 * 2 + 224) / (224 * 2) }
}
