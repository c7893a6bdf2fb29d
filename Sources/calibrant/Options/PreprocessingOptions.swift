import ArgumentParser
import CalibrantHarness
import CalibrantImaging

/// How images become the model's input: a preset, each part of which can be overridden.
struct PreprocessingOptions: ParsableArguments {
  @Option(
    help: "Recipe: \(Preprocessing.presets.map(\.name).joined(separator: ", ")).",
    completion: .list(Preprocessing.presets.map(\.name)))
  var preset = "imagenet"

  @Option(
    help: ArgumentHelp(
      "Shorter side, exact size, height alone, or none.", valueName: "N|WxH|xH|none"))
  var resize: String?

  @Option(
    help: ArgumentHelp(
      "Fit images into a frame with grey bars, in the middle or in the corner.",
      valueName: "N|WxH[,corner]"))
  var letterbox: String?

  @Option(help: ArgumentHelp("Side of the centre crop, or none.", valueName: "N|none"))
  var crop: String?

  @Option(
    help: "Resampling: \(Interpolation.allCases.map(\.rawValue).joined(separator: ", ")).",
    completion: .list(Interpolation.allCases.map(\.rawValue)))
  var interpolation: String?

  @Option(help: ArgumentHelp("Mean per channel, of values scaled to 0…1.", valueName: "a,b,c|a"))
  var mean: String?

  @Option(help: ArgumentHelp("Standard deviation per channel.", valueName: "a,b,c|a"))
  var std: String?

  @Option(
    help: ArgumentHelp(
      "What white becomes, black being 0, instead of --mean and --std: 255 for a model that reads pixels as they are.",
      valueName: "number"))
  var scale: Float?

  @Option(
    help: "Order of the channels the model reads: rgb or bgr.", completion: .list(["rgb", "bgr"]))
  var channels: String?

  @Flag(help: "Turn images upright as their EXIF orientation says; training pipelines do not.")
  var exif = false

  func validate() throws {
    _ = try preprocessing(width: nil, height: nil)
  }

  /// Refuses what has no effect where an array holds the samples. The preset stays: it says what values the model's images
  /// become.
  func requireNoEffect(on array: String) throws {
    let given: [(name: String, value: String?, neutral: String)] = [
      ("--resize", resize, "none"), ("--letterbox", letterbox, ""), ("--crop", crop, "none"),
      ("--mean", mean, "0"),
      ("--std", std, "1"), ("--scale", scale.map { "\($0)" }, "1.0"),
      ("--interpolation", interpolation, ""), ("--channels", channels, "rgb"),
      ("--exif", exif ? "" : nil, "no"),
    ]
    for (name, value, neutral) in given {
      guard let value, value != neutral else { continue }
      throw ValidationError(
        "\(name) has no effect on \(array): the samples of an array are the model's input as they are"
      )
    }
  }

  /// - Parameter input: presets derive their sizes from its sides; nil where the model reads no images.
  func preprocessing(for input: ImageInput?) throws -> Preprocessing {
    var recipe = try preprocessing(width: input?.width, height: input?.height)
    guard let input else { return recipe }
    try requireFit(recipe.resize, input)
    guard input.readsBytes else { return recipe }
    guard mean == nil, std == nil, scale == nil else {
      throw ValidationError(
        "--mean, --std and --scale have no effect: the model reads pixels as bytes")
    }
    recipe.mean = [0, 0, 0]
    recipe.std = [Float](repeating: 1 / 255, count: 3)
    return recipe
  }

  /// Refuses what would make every image another size than the model's input.
  private func requireFit(_ resize: Preprocessing.Resize, _ input: ImageInput) throws {
    guard case .letterbox(let width, let height, _) = resize else { return }
    let (expectedWidth, expectedHeight) = (input.width ?? width, input.height ?? height)
    guard (width, height) == (expectedWidth, expectedHeight) else {
      throw ValidationError(
        "--letterbox \(width)x\(height) does not fit the model's input of \(expectedWidth)x\(expectedHeight)"
      )
    }
  }

  /// Of a model that may read arrays instead of images.
  func preprocessing(for model: LoadedModel, areArrays: Bool) throws -> Preprocessing {
    try preprocessing(for: areArrays ? try? model.input : model.input)
  }

  private func preprocessing(width: Int?, height: Int?) throws -> Preprocessing {
    guard let preset = Preprocessing.presets.first(where: { $0.name == preset }) else {
      throw ValidationError(
        Choice.refusal("--preset", preset, among: Preprocessing.presets.map(\.name)))
    }
    var recipe = preset.preprocessing(
      ImageSize(width: width ?? preset.usualSide, height: height ?? preset.usualSide))
    try setGeometry(of: &recipe)
    if let interpolation {
      recipe.interpolation = try Self.choice(interpolation, "--interpolation")
    }
    if let mean { recipe.mean = try Self.threeNumbers(mean, "--mean") }
    if let std { recipe.std = try Self.threeNumbers(std, "--std") }
    if let scale {
      guard scale > 0, scale.isFinite else {
        throw ValidationError("--scale \(scale) is no number above 0")
      }
      guard mean == nil, std == nil else {
        throw ValidationError("--scale says what --mean and --std do: give one or the others")
      }
      recipe.mean = [0, 0, 0]
      recipe.std = [Float](repeating: 1 / scale, count: 3)
    }
    guard recipe.std.allSatisfy({ $0 > 0 }) else { throw ValidationError("--std must be positive") }
    if let channels { recipe.channelOrder = try Self.choice(channels, "--channels") }
    recipe.appliesEXIF = exif
    return recipe
  }

  private func setGeometry(of recipe: inout Preprocessing) throws {
    if let resize { recipe.resize = try Self.parseResize(resize) }
    if let letterbox {
      guard resize == nil else {
        throw ValidationError("--resize has no effect beside --letterbox")
      }
      recipe.resize = try Self.parseLetterbox(letterbox)
    }
    if let crop { recipe.crop = try crop == "none" ? nil : Self.positive(crop, "--crop") }
    switch recipe.resize {
    case .letterbox, .height:
      guard crop ?? "none" == "none" else {
        throw ValidationError("--crop has no effect: \(recipe.resize) keeps all of an image")
      }
      recipe.crop = nil
    case .shorterSide, .exact, .none: break
    }
  }

  private static func parseResize(_ text: String) throws -> Preprocessing.Resize {
    if text == "none" { return .none }
    if text.hasPrefix("x") { return .height(try positive(String(text.dropFirst()), "--resize")) }
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return .shorterSide(try positive(text, "--resize")) }
    return .exact(
      width: try positive(String(parts[0]), "--resize"),
      height: try positive(String(parts[1]), "--resize"))
  }

  private static func parseLetterbox(_ text: String) throws -> Preprocessing.Resize {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let sides = (parts.first ?? "").split(separator: "x", omittingEmptySubsequences: false)
    guard (1...2).contains(sides.count), parts.count == 1 || parts[1...] == ["corner"] else {
      throw ValidationError("--letterbox '\(text)' is none of N, WxH and these with ,corner")
    }
    let width = try positive(String(sides[0]), "--letterbox")
    return .letterbox(
      width: width,
      height: sides.count == 2 ? try positive(String(sides[1]), "--letterbox") : width,
      placement: parts.count == 2 ? .corner : .center)
  }

  private static func positive(_ text: String, _ option: String) throws -> Int {
    guard let number = Int(text), (1...65_535).contains(number) else {
      throw ValidationError("\(option) '\(text)' is no size in pixels")
    }
    return number
  }

  private static func threeNumbers(_ text: String, _ option: String) throws -> [Float] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Float($0) }.filter(\.isFinite)
    guard numbers.count == parts.count, numbers.count == 1 || numbers.count == 3 else {
      throw ValidationError("\(option) '\(text)' is neither one number nor three")
    }
    return numbers.count == 1 ? [numbers[0], numbers[0], numbers[0]] : numbers
  }

  private static func choice<T: RawRepresentable<String> & CaseIterable>(
    _ text: String, _ option: String
  ) throws -> T {
    guard let value = T(rawValue: text) else {
      throw ValidationError(Choice.refusal(option, text, among: T.allCases.map(\.rawValue)))
    }
    return value
  }
}
