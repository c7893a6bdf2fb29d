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

  public init(name: String, samples: [ImageSample], classNames: [String]) {
    self.name = name
    self.samples = samples
    self.classNames = classNames
  }

  public var count: Int { samples.count }
}

extension ImageDataset {
  /// Reads the list of labelled images from a folder of class folders or from a `.csv` manifest.
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

  /// Reads the list of images from a folder, at any depth, or from a `.csv` manifest, whose labels
  /// are not used.
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
    case .file where path.lowercased().hasSuffix(".csv"): return .manifest
    default: throw .notAFolder(path: path)
    }
  }
}
