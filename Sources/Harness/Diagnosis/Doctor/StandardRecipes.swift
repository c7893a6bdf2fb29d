import Imaging

/// What pixels become, and how images get to the model's size: the parts that recipes differ in. To try
/// another one, add its line.
enum StandardRecipes {
  typealias Step = (
    name: String, apply: @Sendable (_ recipe: inout Preprocessing, _ side: Int) -> Void
  )

  static let normalizations: [Step] = [
    (
      "torchvision mean and std",
      { recipe, side in take(&recipe, Preprocessing.imagenet(side: side)) }
    ),
    ("TensorFlow −1…1", { recipe, side in take(&recipe, Preprocessing.tensorflow(side: side)) }),
    (
      "Caffe BGR, 0…255 less the mean",
      { recipe, side in take(&recipe, Preprocessing.caffe(side: side)) }
    ),
    ("0…1, no normalisation", { recipe, _ in take(&recipe, Preprocessing()) }),
    (
      "0…255, no normalisation",
      { recipe, _ in
        take(&recipe, Preprocessing(std: [1 / 255, 1 / 255, 1 / 255]))
      }
    ),
  ]

  static let geometries: [Step] = [
    (
      "torchvision resize and crop",
      { recipe, side in place(&recipe, Preprocessing.imagenet(side: side)) }
    ),
    (
      "shorter side 256, crop",
      { recipe, side in place(&recipe, Preprocessing(resize: .shorterSide(256), crop: side)) }
    ),
    (
      "timm bicubic, crop 0.875",
      { recipe, side in
        place(
          &recipe,
          Preprocessing(
            resize: .shorterSide(Int(Double(side) / 0.875)), crop: side, interpolation: .bicubic))
      }
    ),
    (
      "resized to the input, no crop",
      { recipe, side in
        place(&recipe, Preprocessing(resize: .exact(width: side, height: side)))
      }
    ),
    ("as they are", { recipe, _ in place(&recipe, Preprocessing()) }),
  ]

  private static func take(_ recipe: inout Preprocessing, _ values: Preprocessing) {
    recipe.mean = values.mean
    recipe.std = values.std
    recipe.channelOrder = values.channelOrder
  }

  private static func place(_ recipe: inout Preprocessing, _ values: Preprocessing) {
    recipe.resize = values.resize
    recipe.crop = values.crop
    recipe.interpolation = values.interpolation
  }
}
