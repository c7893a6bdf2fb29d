import Foundation
import ONNXFormat

/// What `calibrant demo` lays out: the bundled model, test and calibration images, and the command to run on them.
public enum DemoBundle {
  public static let testImagesPerClass = 100
  public static let calibrationImagesPerClass = 10

  public static func write(to folder: URL) throws {
    try DemoModel.write(to: folder.appending(path: "demo.onnx"))
    try DemoImages.write(to: folder, split: .test, perClass: testImagesPerClass)
    try DemoImages.write(to: folder, split: .calibration, perClass: calibrationImagesPerClass)
  }

  /// The comparison of a demo in `folder`, as one would type it.
  public static func compareArguments(in folder: String) -> [String] {
    [
      "compare", "\(folder)/demo.onnx", "--images", "\(folder)/test",
      "--calibration", "\(folder)/calibration", "--resize", "none", "--crop", "none",
      "--schemes", "w8,w4,w8a8", "--methods", "minmax,percentile,entropy,mse,auto",
      "-o", "\(folder)/report",
    ]
  }
}
