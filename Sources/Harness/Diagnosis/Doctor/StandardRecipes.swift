import CalibrantImaging

/// What pixels become, and how images get to the model's size: the parts that recipes differ in. To try
/// another one, add its line. The more usual a part is, the earlier it stands.
struct StandardRecipes: Sendable {
  /// A named part of a recipe; only the fields it is about count.
  struct Part: Sendable {
    let name: String
    let values: Preprocessing
  }

  /// By mean, std and order of channels.
  let normalizations: [Part]
  /// By resize, crop and interpolation.
  let geometries: [Part]

  /// - Parameters:
  ///   - imagesAreLarger: than the input. Of a large photograph the middle is taken; an image no
  ///     larger than the input keeps all it has.
  ///   - task: every one but classification needs all of an image.
  init(width: Int, height: Int, imagesAreLarger: Bool, task: TaskKind = .classification) {
    let side = min(width, height)
    let plain = Part(name: "0…1, no normalisation", values: Preprocessing())
    let bytes = Part(
      name: "0…255, no normalisation", values: Preprocessing(std: [1 / 255, 1 / 255, 1 / 255]))
    let trained = [
      Part(name: "torchvision mean and std", values: .imagenet(side: side)),
      Part(name: "TensorFlow −1…1", values: .tensorflow(side: side)),
      Part(name: "Caffe BGR, 0…255 less the mean", values: .caffe(side: side)),
    ]
    normalizations =
      task == .detection ? [plain, bytes] + trained : trained + [plain, bytes]
    let whole = Self.whole(width, height)
    let untouched = Part(name: "as they are", values: Preprocessing())
    geometries =
      switch task {
      case .detection: Self.letterboxes(width, height) + whole + [untouched]
      case .text: [Self.line(height)] + whole + [untouched]
      case .classification, .segmentation, .embedding, .fidelity:
        task != .classification
          ? whole + [untouched]
          : imagesAreLarger
            ? Self.crops(side) + whole + [untouched] : [untouched] + whole + Self.crops(side)
      }
  }

  private static func letterboxes(_ width: Int, _ height: Int) -> [Part] {
    [(Letterbox.Placement.center, "letterbox"), (.corner, "letterbox in the corner")].map {
      Part(
        name: $0.1,
        values: Preprocessing(
          resize: .letterbox(width: width, height: height, placement: $0.0)))
    }
  }

  private static func line(_ height: Int) -> Part {
    Part(name: "resized to the height", values: Preprocessing(resize: .height(height)))
  }

  private static func crops(_ side: Int) -> [Part] {
    [
      Part(
        name: "shorter side 256, crop",
        values: Preprocessing(resize: .shorterSide(256), crop: side)),
      Part(name: "torchvision resize and crop", values: .imagenet(side: side)),
      Part(
        name: "timm bicubic, crop 0.875",
        values: Preprocessing(
          resize: .shorterSide(Int(Double(side) / 0.875)), crop: side, interpolation: .bicubic)),
    ].filter { $0.name != "shorter side 256, crop" || (224..<256).contains(side) }
  }

  private static func whole(_ width: Int, _ height: Int) -> [Part] {
    let size = Preprocessing.Resize.exact(width: width, height: height)
    return [
      Part(name: "resized to the input", values: Preprocessing(resize: size)),
      Part(
        name: "resized to the input, bicubic",
        values: Preprocessing(resize: size, interpolation: .bicubic)),
    ]
  }

  /// What a recipe's parts are called.
  func name(of recipe: Preprocessing) -> String {
    let pixels =
      normalizations.first { recipe.normalizes(like: $0.values) }?.name ?? "its own normalisation"
    let exact = geometries.first { recipe.places(like: $0.values) }?.name
    let similar = geometries.first { recipe.places(like: $0.values, ignoringInterpolation: true) }
    let place =
      exact ?? similar.map { "\($0.name), \(recipe.interpolation.rawValue)" } ?? "its own geometry"
    return "\(pixels); \(place)"
  }
}

extension Preprocessing {
  func normalizes(like other: Preprocessing) -> Bool {
    mean == other.mean && std == other.std && channelOrder == other.channelOrder
  }

  /// Without resizing, interpolation makes no difference.
  func places(like other: Preprocessing, ignoringInterpolation: Bool = false) -> Bool {
    resize == other.resize && crop == other.crop
      && (ignoringInterpolation || resize == .none || interpolation == other.interpolation)
  }

  /// This one's geometry with another's arithmetic.
  func normalized(like other: Preprocessing) -> Preprocessing {
    var recipe = self
    recipe.mean = other.mean
    recipe.std = other.std
    recipe.channelOrder = other.channelOrder
    return recipe
  }
}
