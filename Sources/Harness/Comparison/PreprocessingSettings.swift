import CalibrantImaging

extension Preprocessing {
  /// Every part and its value as the command line spells it, in the order the parts apply.
  public var settings: [ComparisonFacts.Setting] {
    [
      .init(resizeOption, spelled(resize)), .init("crop", crop.map { "\($0)" } ?? "none"),
      .init("interpolation", interpolation.rawValue), .init("channels", channelOrder.rawValue),
      .init("mean", spelled(mean)), .init("std", spelled(std)),
      .init("exif", appliesEXIF ? "applied" : "ignored"),
    ]
  }

  private var resizeOption: String {
    if case .letterbox = resize { "letterbox" } else { "resize" }
  }

  private func spelled(_ resize: Resize) -> String {
    switch resize {
    case .none: "none"
    case .shorterSide(let side): "\(side)"
    case .exact(let width, let height), .letterbox(let width, let height, .center):
      "\(width)x\(height)"
    case .letterbox(let width, let height, .corner): "\(width)x\(height),corner"
    case .height(let height): "x\(height)"
    }
  }

  private func spelled(_ numbers: [Float]) -> String {
    numbers.map { "\($0)" }.joined(separator: ",")
  }
}
