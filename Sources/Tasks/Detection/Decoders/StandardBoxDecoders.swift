/// The detectors whose outputs are read, in the order in which they are listed.
public enum StandardBoxDecoders {
  public static let all: [any BoxDecoder] = [
    YOLOv8Boxes(),
    YOLOv5Boxes(),
    YOLOXBoxes(),
    EndToEndBoxes(),
    DETRBoxes(),
    SigmoidDETRBoxes(),
  ]

  /// The decoder of a name that `--boxes` takes.
  public static func named(_ name: String) -> (any BoxDecoder)? {
    all.first { type(of: $0).name == name }
  }
}
