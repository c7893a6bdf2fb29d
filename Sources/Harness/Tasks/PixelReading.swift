import CalibrantEngine
import Foundation
import CalibrantONNXFormat
import CalibrantTasks

/// What a network's output says of pixels, as its shape, its type and what makes it tell.
struct PixelReading {
  let output: PixelOutput
  /// How one number per pixel is read, since no shape tells.
  let notes: [String]

  init(_ subject: TaskSubject) throws {
    let shape = try subject.first.shape
    let rank = try subject.model.input.hasBatchAxis ? 3 : 2
    guard shape.count >= rank, let axes = PixelOutput.lengths(shape) else {
      throw TaskError.wrongShape(shape: shape, expected: "N x C x H x W")
    }
    let isChannelsLast = try Self.isChannelsLast(shape, axes, of: subject)
    let channels = isChannelsLast ? shape[shape.count - 1] : axes.channels
    guard channels > 1 else {
      self = Self.single(subject.names[0], of: subject)
      return
    }
    guard subject.settings.confidence == nil else {
      throw HarnessError.badOption(
        "--confidence has no effect: output '\(subject.names[0])' scores \(channels) classes, and the best one wins"
      )
    }
    output = .scores(classCount: channels, isChannelsLast: isChannelsLast)
    notes = []
  }

  private init(_ output: PixelOutput, _ note: String) { (self.output, notes) = (output, [note]) }

  /// Whether height and width come first: those in proportion to the image, and as the input has it where both or none are.
  private static func isChannelsLast(
    _ shape: [Int], _ first: (channels: Int, height: Int, width: Int), of subject: TaskSubject
  ) throws -> Bool {
    guard first.channels > 1, let last = PixelOutput.lengths(shape, isChannelsLast: true) else {
      return false
    }
    if last.channels == 1 { return true }
    let image = subject.images.sampleShape
    func fits(_ height: Int, _ width: Int) -> Bool { height * image[2] == width * image[1] }
    let isFirst = fits(first.height, first.width)
    let isLast = fits(last.height, last.width)
    return isFirst == isLast ? try subject.model.input.layout == .channelsLast : isLast
  }

  /// One number per pixel.
  private static func single(_ name: String, of subject: TaskSubject) -> PixelReading {
    let graph = Graph(subject.model.model)
    let maker = graph.maker(of: name, through: transparent)
    let declared = subject.model.model.graph.outputs.first { $0.name == name }?.elementType
    let isFloat = declared.map(floats.contains) ?? true
    if !isFloat || maker.map(classMakers.contains) ?? false {
      return PixelReading(.classes, "output '\(name)' is read as the class of each pixel")
    }
    let confidence = subject.settings.confidence ?? 0.5
    let isProbability = maker.map(probabilityMakers.contains) ?? false
    let threshold = isProbability ? confidence : log(confidence / (1 - confidence))
    let number = ReportText.fixed(threshold, 4)
    return PixelReading(
      .foreground(above: Float(threshold)),
      isProbability
        ? "output '\(name)' is read as the probability of class 1 of two, above \(number)"
        : "output '\(name)' is one number per pixel and no Sigmoid makes it: read as the logit of class 1 of two, above "
          + number)
  }

  private static let floats: Set<ElementType> = [.float16, .bfloat16, .float32, .float64]
  private static let classMakers: Set<String> = [
    "ArgMax", "ArgMin", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "And", "Or",
    "Not",
  ]
  private static let probabilityMakers: Set<String> = ["Sigmoid", "HardSigmoid", "Softmax"]
  private static let transparent = ScoreOutput.transparent.union([
    "Slice", "Split", "Gather", "Resize", "Upsample",
  ])
}

extension Graph {
  /// The operator that gives a value its meaning: the nearest before it that is none of those that only move or round
  /// numbers.
  func maker(of name: String, through transparent: Set<String>) -> String? {
    var producers = producers()
    var name = name
    // A producer is taken out as it is passed, so that a damaged graph's circle ends.
    while let node = producers.removeValue(forKey: name).map({ nodes[$0] }) {
      guard transparent.contains(node.opType), let source = node.input(0) else {
        return node.opType
      }
      name = source
    }
    return nil
  }
}
