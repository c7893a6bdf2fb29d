import Foundation
import CalibrantONNXFormat

/// What `calibrant demo` lays out: a bundled model, test and calibration images, and the command to run on them.
public enum DemoBundle: String, CaseIterable, Sendable {
  case classification, detection, segmentation

  public static let testImagesPerClass = 100
  public static let calibrationImagesPerClass = 10
  /// Of several shapes, for detection and segmentation.
  public static let testPictures = 400
  public static let calibrationPictures = 100

  public func write(to folder: URL) throws {
    try model.write(to: folder.appending(path: model.fileName))
    switch self {
    case .classification:
      try DemoImages.write(to: folder, split: .test, perClass: Self.testImagesPerClass)
      try DemoImages.write(
        to: folder, split: .calibration, perClass: Self.calibrationImagesPerClass)
    case .detection, .segmentation:
      let labels: DemoGroups.Parts = self == .detection ? .boxes : .masks
      try DemoGroups.write(
        to: folder, split: .test, count: Self.testPictures, parts: [.images, labels])
      try DemoGroups.write(
        to: folder, split: .calibration, count: Self.calibrationPictures, parts: .images)
      if self == .segmentation { try DemoGroups.writeMaskNames(to: folder) }
    }
  }

  /// The comparison of a demo in `folder`, as one would type it.
  public func compareArguments(in folder: String) -> [String] {
    ["compare", "\(folder)/\(model.fileName)", "--images", "\(folder)/test"]
      + labels(in: folder) + ["--calibration", "\(folder)/calibration"] + recipe
      + ["--schemes", "w8,w4,w8a8", "--methods", "minmax,percentile,entropy,mse,auto"]
      + ["-o", "\(folder)/report"]
  }

  private var model: DemoModel {
    switch self {
    case .classification: .classifier
    case .detection: .detector
    case .segmentation: .segmenter
    }
  }

  private func labels(in folder: String) -> [String] {
    switch self {
    case .classification: []
    case .detection: ["--task", "detection", "--annotations", "\(folder)/test.json"]
    case .segmentation:
      [
        "--task", "segmentation", "--masks", "\(folder)/test-masks", "--labels",
        "\(folder)/classes.txt",
      ]
    }
  }

  /// How images become the model's input.
  private var recipe: [String] {
    self == .detection ? ["--preset", "yolo"] : ["--resize", "none", "--crop", "none"]
  }
}
