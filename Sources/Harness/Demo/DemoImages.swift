import Dispatch
import Foundation
import CalibrantImaging
import Synchronization

/// Labelled images that the project makes itself: textured, rotated, noisy, partly hidden shapes.
///
/// The same split, class and index give the same image on every run and machine, whatever else is
/// written beside it.
public enum DemoImages {
  /// Images drawn from the same distribution with independent seeds, so that none appears twice.
  public enum Split: String, CaseIterable, Sendable {
    case training, test, calibration

    var seed: UInt64 {
      switch self {
      case .training: 0x7261_696E
      case .test: 0x7465_7374
      case .calibration: 0x6361_6C69
      }
    }
  }

  /// Images are square, with sides of this many pixels.
  public static let side = 32

  /// The class names in label order, which is also their alphabetical order.
  public static let classNames = DemoShape.allCases.map(\.rawValue)

  /// Image `index` (from 0) of class `label` (an index into `classNames`), before compression.
  public static func image(split: Split, label: Int, index: Int) -> ImageBuffer {
    var random = DemoRandom(path: [split.seed, UInt64(label), UInt64(index)])
    let scene = DemoScene(shape: DemoShape.allCases[label], random: &random)
    return DemoRenderer.render(scene, side: side, random: &random)
  }

  /// Writes `<folder>/<split>/<class>/0001.jpg`, `0002.png`, …: `perClass` images for each of the
  /// ten classes, JPEG and PNG in turn.
  ///
  /// Existing files of the same name are replaced, others are left alone.
  public static func write(to folder: URL, split: Split, perClass: Int) throws {
    precondition(perClass >= 0, "a class has a nonnegative number of images")
    let root = folder.appending(path: split.rawValue)
    let folders = classNames.map { root.appending(path: $0) }
    for folder in folders {
      try DemoFile.makeFolder(folder)
    }
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: classNames.count * perClass) { job in
      let (label, index) = job.quotientAndRemainder(dividingBy: perClass)
      do {
        let file = try encodedFile(split: split, label: label, index: index)
        try DemoFile.write(Data(file.bytes), to: folders[label].appending(path: file.name))
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// The name and content of one image's file.
  static func encodedFile(
    split: Split, label: Int, index: Int
  ) throws -> (name: String, bytes: [UInt8]) {
    let image = image(split: split, label: label, index: index)
    let number = DemoFile.number(index + 1)
    return index.isMultiple(of: 2)
      ? ("\(number).jpg", try JPEGEncoder(quality: 90).encode(image))
      : ("\(number).png", try PNGEncoder().encode(image))
  }
}
