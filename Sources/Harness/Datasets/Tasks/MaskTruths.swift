import Foundation
import CalibrantImaging
import CalibrantTasks

/// Masks of classes in files beside images, read when they are asked for.
public struct MaskTruths: Sendable {
  /// Absolute paths of masks, by the path of the sample.
  fileprivate let files: [String: String]

  /// The mask of an image of the data set that these were found with. Safe to call from several threads.
  ///
  /// - Throws: `DatasetError` for what is no PNG of indices, or not of the image's size.
  public func mask(
    of sample: ImageSample, _ geometry: BoxGeometry
  ) throws(DatasetError) -> LabelMap {
    guard let path = files[sample.path] else {
      preconditionFailure("masks are of the data set that they were found with")
    }
    let mask = try Self.mask(path)
    guard mask.width == geometry.width, mask.height == geometry.height else {
      throw .malformedLabels(
        path: path,
        reason: "a mask of \(mask.width)x\(mask.height) pixels, but its image, \(sample.path), has "
          + "\(geometry.width)x\(geometry.height)")
    }
    return LabelMap(
      height: mask.height, width: mask.width, labels: mask.indices.map(UInt16.init))
  }

  private static func mask(_ path: String) throws(DatasetError) -> IndexMask {
    let size = try FileTree.byteCount(of: path)
    guard size <= largestFile else {
      throw .malformedLabels(path: path, reason: "it has more than \(largestFile) bytes")
    }
    let read = Result { try Data(contentsOf: URL(filePath: path)) }
    guard case .success(let bytes) = read else { throw .systemFailure(at: path) }
    let mask = bytes.withUnsafeBytes { bytes in
      Result { () throws(ImagingError) in try IndexMask(bytes) }
    }
    return try mask.mapError { DatasetError.malformedLabels(path: path, reason: "\($0)") }.get()
  }

  /// No mask within the limit of pixels is larger.
  private static let largestFile = 1 << 30
}

extension TaskData {
  /// Images with masks: PNGs that are called as their images are, but for the ending.
  ///
  /// Images without a mask are left out. A mask without its image is an error.
  static func masks(
    in masks: String, images: String, labels: String?, skipsMissing: Bool
  ) throws(DatasetError) -> TaskData {
    let classNames = if let labels { try LabelFile(contentsOf: labels).names } else { [String]() }
    let masks = try NamedFiles(in: masks, endings: ["png"])
    guard !masks.paths.isEmpty else {
      throw .unreadable(path: masks.folder, reason: "the folder holds no .png files")
    }
    let files = try NamedFiles(in: images, outside: masks.folder)
    let samples = try files.samples(
      called: masks.paths, by: masks.folder, skipsMissing: skipsMissing)
    let paths = masks.paths.map { FileTree.join(masks.root, $0) }
    return TaskData(
      task: .segmentation,
      dataset: ImageDataset(
        name: FileTree.lastComponent(images), samples: samples, classNames: classNames),
      truths: .masks(
        MaskTruths(files: Dictionary(uniqueKeysWithValues: zip(samples.map(\.path), paths)))),
      notes: files.note(onUnlabelled: masks.folder, samples: samples))
  }
}
