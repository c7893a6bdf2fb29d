/// How an output describes the pixels of an image. The batch axis has length 1, or is left out.
public enum PixelOutput: Sendable, Hashable {
  /// A score per class, N x C x H x W or N x H x W x C: the highest wins.
  case scores(classCount: Int, isChannelsLast: Bool = false)
  /// One score, N x H x W with or without an axis for its channel: pixels above the threshold are class 1, others class 0.
  case foreground(above: Float)
  /// The classes themselves, N x H x W with or without an axis for their channel.
  case classes

  /// How many classes it can tell apart.
  public var classCount: Int {
    switch self {
    case .scores(let count, _): count
    case .foreground: 2
    case .classes: Int(UInt16.max) + 1
    }
  }

  /// Channels, height and width; nil of a shape that holds no pixels.
  ///
  /// - Parameter isChannelsLast: which of the axes the channels are, where that can be asked.
  public static func lengths(
    _ shape: [Int], isChannelsLast: Bool = false
  ) -> (channels: Int, height: Int, width: Int)? {
    guard var axes = OutputArray.lengths(shape, rank: 3) ?? OutputArray.lengths(shape, rank: 2)
    else { return nil }
    if axes.count == 2 {
      axes.insert(1, at: 0)
    } else if isChannelsLast {
      axes = [axes[2], axes[0], axes[1]]
    }
    return axes.allSatisfy { $0 > 0 } ? (axes[0], axes[1], axes[2]) : nil
  }

  func size(_ output: OutputArray) throws(TaskError) -> (height: Int, width: Int) {
    let layouts = isChannelsLast.map { [$0] } ?? [false, true]
    for isLast in layouts {
      if let axes = Self.lengths(output.shape, isChannelsLast: isLast),
        axes.channels == channelCount
      {
        return (axes.height, axes.width)
      }
    }
    throw .wrongShape(shape: output.shape, expected: expected)
  }

  /// Scores of C x H x W.
  func planes(_ output: OutputArray) -> [Float] {
    guard case .scores(let count, true) = self else { return output.values }
    return (0..<count).flatMap { channel in
      stride(from: channel, to: output.values.count, by: count).map { output.values[$0] }
    }
  }

  private var channelCount: Int { if case .scores(let count, _) = self { count } else { 1 } }

  /// nil where the channel is one, whose place makes no difference.
  private var isChannelsLast: Bool? {
    if case .scores(_, let isLast) = self { isLast } else { nil }
  }

  private var expected: String {
    switch self {
    case .scores(let count, false): "1 x \(count) x H x W"
    case .scores(let count, true): "1 x H x W x \(count)"
    case .foreground, .classes: "1 x H x W, of one number per pixel"
    }
  }
}
