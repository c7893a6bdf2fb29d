import CDemoModel
import Foundation

/// The networks that come with the project, trained on its own images.
public enum DemoModel: String, CaseIterable, Sendable {
  /// `scripts/train_demo.py` on `DemoImages`. Input `images`: N×3×32×32, normalised with the ImageNet mean and standard
  /// deviation, neither resized nor cropped. Output `logits`: N×10, in the order of `DemoImages.classNames`.
  case classifier = "demo"

  /// `scripts/train_demo_tasks.py` on `DemoGroups`, as YOLOv8. Input `images`: N×3×96×96 of 0...1. Output `boxes`: N×10×180,
  /// centre and size in pixels, then scores in the order of `DemoGroups.classNames`.
  case detector

  /// As `detector`. Input `images`: N×3×96×96, normalised as for the classifier. Output `scores`: N×7×96×96, of the ground and
  /// of the classes in the order of `DemoGroups.classNames`.
  case segmenter

  public var fileName: String { "\(rawValue).onnx" }

  /// The ONNX file.
  public var data: Data {
    switch self {
    case .classifier: Data(bytes: calibrant_demo_model(), count: calibrant_demo_model_size())
    case .detector: Data(bytes: calibrant_demo_detector(), count: calibrant_demo_detector_size())
    case .segmenter:
      Data(bytes: calibrant_demo_segmenter(), count: calibrant_demo_segmenter_size())
    }
  }

  /// Writes the ONNX file to `url`, replacing what is there.
  public func write(to url: URL) throws {
    try DemoFile.write(data, to: url)
  }
}
