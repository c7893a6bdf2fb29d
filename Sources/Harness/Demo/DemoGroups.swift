import Dispatch
import Foundation
import CalibrantImaging
import Synchronization

/// Labelled pictures of several shapes that the project makes itself, with their boxes and masks.
///
/// The same split and index give the same picture on every run and machine, whatever else is written beside it.
public enum DemoGroups {
  /// Pictures are square, with sides of this many pixels.
  public static let side = 96

  /// The class names of boxes in label order; masks have the ground before them.
  public static let classNames = DemoGroup.shapes.map(\.rawValue)

  struct Picture {
    /// Before compression.
    let image: ImageBuffer
    let truths: [DemoTruth]
    let mask: IndexMask
  }

  /// Picture `index`, from 0.
  static func picture(split: DemoImages.Split, index: Int) -> Picture {
    var random = DemoRandom(path: [split.seed, groupSeed, UInt64(index)])
    let renderer = DemoGroupRenderer(DemoGroup(random: &random), side: side)
    return Picture(
      image: renderer.image(random: &random), truths: renderer.truths, mask: renderer.mask)
  }

  /// No label of a class, so that no picture shares its numbers with one of `DemoImages`.
  private static let groupSeed: UInt64 = 0x67_726F_7570

  /// What is written of a set of pictures.
  public struct Parts: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// `<split>/0001.jpg`, `0002.png`, …: JPEG and PNG in turn.
    public static let images = Parts(rawValue: 1)
    /// `<split>.json`, in the format of COCO.
    public static let boxes = Parts(rawValue: 2)
    /// `<split>-masks/0001.png`, …: with a palette; 255 marks outlines.
    public static let masks = Parts(rawValue: 4)
  }

  /// Writes pictures 0..<`count` of a split. Existing files of the same name are replaced, others are left alone.
  public static func write(
    to folder: URL, split: DemoImages.Split, count: Int, parts: Parts
  ) throws {
    precondition(count >= 0, "there is a nonnegative number of pictures")
    let folders = Folders(folder, split)
    if parts.contains(.images) { try DemoFile.makeFolder(folders.images) }
    if parts.contains(.masks) { try DemoFile.makeFolder(folders.masks) }
    let results = Mutex(Results(truths: Array(repeating: [], count: count)))
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let picture = picture(split: split, index: index)
      let written = Result { try write(picture, index: index, parts, to: folders) }
      results.withLock { results in
        results.truths[index] = picture.truths
        if case .failure(let error) = written { results.failure = results.failure ?? error }
      }
    }
    let done = results.withLock { $0 }
    if let error = done.failure { throw error }
    if parts.contains(.boxes) {
      let text = DemoAnnotations.coco(done.truths, fileName: fileName)
      try DemoFile.write(Data(text.utf8), to: folder.appending(path: "\(split.rawValue).json"))
    }
  }

  private static func write(
    _ picture: Picture, index: Int, _ parts: Parts, to folders: Folders
  ) throws {
    if parts.contains(.images) {
      let bytes = try encoded(picture.image, index: index)
      try DemoFile.write(Data(bytes), to: folders.images.appending(path: fileName(index)))
    }
    if parts.contains(.masks) {
      let bytes = try PNGEncoder().encode(picture.mask, palette: palette)
      try DemoFile.write(Data(bytes), to: folders.masks.appending(path: "\(number(index)).png"))
    }
  }

  private struct Folders {
    let images: URL
    let masks: URL

    init(_ root: URL, _ split: DemoImages.Split) {
      images = root.appending(path: split.rawValue)
      masks = root.appending(path: "\(split.rawValue)-masks")
    }
  }

  /// Writes `classes.txt`, the names of the masks' indices.
  public static func writeMaskNames(to folder: URL) throws {
    let names = ["ground"] + classNames
    try DemoFile.write(
      Data((names.joined(separator: "\n") + "\n").utf8), to: folder.appending(path: "classes.txt"))
  }

  private struct Results {
    var truths: [[DemoTruth]]
    var failure: (any Error)?
  }

  private static func encoded(_ image: ImageBuffer, index: Int) throws -> [UInt8] {
    index.isMultiple(of: 2)
      ? try JPEGEncoder(quality: 90).encode(image) : try PNGEncoder().encode(image)
  }

  private static func fileName(_ index: Int) -> String {
    number(index) + (index.isMultiple(of: 2) ? ".jpg" : ".png")
  }

  private static func number(_ index: Int) -> String { DemoFile.number(index + 1) }

  /// Colours for looking at masks: the ground black, the outlines white.
  static let palette: [[UInt8]] = {
    var colors = [[UInt8]](repeating: [255, 255, 255], count: 256)
    colors[0] = [0, 0, 0]
    let classes: [[UInt8]] = [
      [230, 159, 0], [86, 180, 233], [0, 158, 115], [240, 228, 66], [0, 114, 178], [213, 94, 0],
    ]
    colors.replaceSubrange(1...classes.count, with: classes)
    return colors
  }()
}
