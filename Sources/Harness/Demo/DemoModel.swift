import CDemoModel
import Foundation

/// The network that comes with the project, trained by `scripts/train_demo.py` on `DemoImages`.
///
/// Input `images`: N×3×32×32, normalised with the ImageNet mean and standard deviation, neither
/// resized nor cropped. Output `logits`: N×10, in the order of `DemoImages.classNames`.
public enum DemoModel {
  /// The ONNX file.
  public static var data: Data {
    Data(bytes: calibrant_demo_model(), count: calibrant_demo_model_size())
  }

  /// Writes the ONNX file to `url`, replacing what is there.
  public static func write(to url: URL) throws {
    try DemoFile.write(data, to: url)
  }
}
