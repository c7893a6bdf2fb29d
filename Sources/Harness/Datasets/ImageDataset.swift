import Foundation

/// One image file and the class it belongs to.
public struct ImageSample: Hashable, Sendable {
  /// The label of a sample of unlabelled data.
  public static let unlabelled = -1

  /// The path from the data set's root, or as the manifest writes it; it names the sample in
  /// reports.
  public let path: String
  /// Where the file is found.
  public let absolutePath: String
  /// The class index, or `unlabelled`.
  public let label: Int

  public init(path: String, absolutePath: String, label: Int) {
    self.path = path
    self.absolutePath = absolutePath
    self.label = label
  }

  public var url: URL { URL(filePath: absolutePath) }
}

/// A list of image files with the index of each one's class. Nothing is decoded yet.
public struct ImageDataset: Equatable, Sendable {
  /// The name of the folder or manifest, without the folders above it.
  public let name: String
  public let samples: [ImageSample]
  /// The classes' names by index; empty for unlabelled data.
  public let classNames: [String]
  /// Where labels come from; nil for unlabelled data.
  public let labelling: Labelling?

  /// Where the indices of classes come from.
  public enum Labelling: Sendable, Equatable {
    /// The position of the class folder, or of the class's name in a manifest, among all sorted as text.
    case sortedFolders, sortedNames
    /// The manifest holds them.
    case indices
    case labelFile
  }

  public init(
    name: String, samples: [ImageSample], classNames: [String], labelling: Labelling? = nil
  ) {
    self.name = name
    self.samples = samples
    self.classNames = classNames
    self.labelling = labelling
  }

  /// Some of the images, or all in another order.
  func with(_ samples: [ImageSample]) -> ImageDataset {
    ImageDataset(name: name, samples: samples, classNames: classNames, labelling: labelling)
  }

  public var count: Int { samples.count }
}

extension ImageDataset {
  /// Reads the list of labelled images from a folder of class folders or from a manifest.
  ///
  /// - Parameter labels: a label file that gives the classes' indices; without one, an index is the
  ///   position among the sorted names.
  public static func load(
    from path: String, labels: String? = nil
  ) throws(DatasetError) -> ImageDataset {
    let labelFile = if let labels { try LabelFile(contentsOf: labels) } else { LabelFile?.none }
    return switch try source(at: path) {
    case .folder: try ImageFolder(path: path).load(labels: labelFile)
    case .manifest: try Manifest(contentsOf: path).load(labels: labelFile)
    }
  }

  /// Reads the list of images from a folder, at any depth, or from a manifest, whose labels are not
  /// used.
  public static func loadUnlabelled(from path: String) throws(DatasetError) -> ImageDataset {
    switch try source(at: path) {
    case .folder: try ImageFolder(path: path).loadUnlabelled()
    case .manifest: try Manifest(contentsOf: path).loadUnlabelled()
    }
  }

  private enum Source { case folder, manifest }

  private static func source(at path: String) throws(DatasetError) -> Source {
    switch try FileTree.kind(of: path) {
    case .folder: return .folder
    case .file where Manifest.extensions.contains(where: path.lowercased().hasSuffix):
      return .manifest
    default: throw .notAFolder(path: path)
    }
  }
}
