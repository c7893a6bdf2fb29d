import Foundation
import CalibrantHarness
import TestSupport

/// The bundled model with a few images, written once for all tests, which only read them.
enum DemoFiles {
  static let folder: TemporaryFolder = {
    do {
      let folder = try TemporaryFolder()
      let url = URL(filePath: folder.path)
      try DemoModel.classifier.write(to: url.appending(path: "demo.onnx"))
      try DemoImages.write(to: url, split: .test, perClass: 3)
      try DemoImages.write(to: url, split: .calibration, perClass: 1)
      // Values of static properties are never deinitialized.
      atexit { try? FileManager.default.removeItem(atPath: DemoFiles.folder.path) }
      return folder
    } catch {
      fatalError("the demo's files cannot be written: \(error)")
    }
  }()

  static let model = folder.file("demo.onnx")
  static let test = folder.file("test")
  static let calibration = folder.file("calibration")

  /// Demo images have the model's size already.
  static let asTheyAre = ["--resize", "none", "--crop", "none"]
}

extension TemporaryFolder {
  /// Every entry at any depth, by relative path, sorted.
  var entries: [String] {
    FileManager.default.subpaths(atPath: path)?.sorted() ?? []
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: file(name))) }
}
