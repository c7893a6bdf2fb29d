import Foundation

/// What can be wrong with the images, labels and arrays that a user hands in.
public enum DatasetError: Error, Equatable, Sendable {
  case missing(path: String)
  case unreadable(path: String, reason: String)
  /// Bytes that are no UTF-8 where text is expected.
  case notText(path: String)
  case notAFolder(path: String)
  case emptyFolder(path: String)
  case noClassFolders(path: String)
  /// A folder above the one with the class folders.
  case foldersOfFolders(path: String, folder: String)
  case emptyClassFolder(path: String)
  case unknownClassFolder(folder: String, labels: String)
  case emptyLabelFile(path: String)
  case malformedLabel(path: String, line: Int, reason: String)
  /// Labels that are not what they should be.
  case malformedLabels(path: String, reason: String)
  case emptyManifest(path: String)
  case malformedManifest(path: String, line: Int, reason: String)
  case missingManifestImage(path: String, line: Int, image: String)
  case unknownLabel(path: String, line: Int, label: String, reason: String)
  /// Images that labels name and a folder does not hold.
  case missingLabelledImages(path: String, folder: String, first: String, count: Int, total: Int)
  /// A name that two files answer to.
  case ambiguousLabelledImage(path: String, image: String, first: String, second: String)
  /// Two names that are of one file.
  case repeatedLabelledImage(path: String, image: String, file: String)
  /// Labels of an image that has another width and height.
  case labelledSize(path: String, image: String, labelled: [Int], actual: [Int])
  case unknownCategory(path: String, category: String, labels: String)
  /// A manifest without a column of labels.
  case noLabelColumn(path: String, expected: String)
  case invalidArray(path: String, reason: NPYProblem)
}

/// What can be wrong with an `.npy` file.
public enum NPYProblem: Error, Equatable, Sendable {
  case notNPY
  case badArchive(String)
  case unsupportedVersion(major: Int, minor: Int)
  case badHeader(String)
  case unsupportedType(String)
  case tooLarge(shape: [Int])
  case wrongSize(expected: Int, found: Int)
}

extension DatasetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing(let path): "\(path): no such file or folder"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .notText(let path): "\(path): it is not UTF-8 text"
    case .notAFolder(let path): "\(path): neither a folder of images nor a .csv manifest"
    case .emptyFolder(let path): "\(path): the folder is empty"
    case .noClassFolders(let path):
      "\(path): has no class folders; expected one folder per class with its images inside"
    case .foldersOfFolders(let path, let folder):
      "\(path): its class folders hold only folders, no images; is \(folder) the folder of class folders?"
    case .emptyClassFolder(let path): "\(path): the class folder has no images"
    case .unknownClassFolder(let folder, let labels):
      "\(folder): the class folder is not named in the label file \(labels)"
    case .emptyLabelFile(let path): "\(path): the label file names no class"
    case .malformedLabel(let path, let line, let reason): "\(path), line \(line): \(reason)"
    case .malformedLabels(let path, let reason): "\(path): \(reason)"
    case .emptyManifest(let path): "\(path): the manifest lists no image"
    case .malformedManifest(let path, let line, let reason):
      "\(Self.place(path, line)): \(reason)"
    case .missingManifestImage(let path, let line, let image):
      "\(Self.place(path, line)): there is no image file \(image)"
    case .unknownLabel(let path, let line, let label, let reason):
      "\(Self.place(path, line)): bad label \"\(label)\": \(reason)"
    case .missingLabelledImages(let path, let folder, let first, let count, let total):
      "\(path): \(count) of its \(total) images \(count == 1 ? "is" : "are") not in \(folder): \(first)"
        + (count == 1 ? "" : " and others") + " (--skip-unreadable leaves such images out)"
    case .ambiguousLabelledImage(let path, let image, let first, let second):
      "\(path): \(image) may be \(first) or \(second)"
    case .repeatedLabelledImage(let path, let image, let file):
      "\(path): \(image) is \(file), which is there already"
    case .labelledSize(let path, let image, let labelled, let actual):
      "\(path): \(image) was labelled as \(labelled[0])x\(labelled[1]) pixels, but has \(actual[0])x\(actual[1])"
        + (labelled == actual.reversed() ? ": does --exif turn it upright?" : "")
    case .unknownCategory(let path, let category, let labels):
      "\(path): the label file \(labels) does not name its class '\(category)'"
    case .noLabelColumn(let path, let expected):
      "\(Self.place(path, 1)): no column of labels is found; \(expected)"
    case .invalidArray(let path, let reason): "\(path): \(reason)"
    }
  }
}

extension NPYProblem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notNPY: "not a .npy file: it does not start with \\x93NUMPY"
    case .badArchive(let reason): reason
    case .unsupportedVersion(let major, let minor):
      "version \(major).\(minor) of the .npy format is not supported; versions 1.0 to 3.0 are"
    case .badHeader(let reason): "malformed .npy header: \(reason)"
    case .unsupportedType(let descriptor):
      "array type '\(descriptor)' is not supported; "
        + "float16 to float64, bool and integers of 8 to 64 bits are"
    case .tooLarge(let shape): "array shape \(shape) is too large"
    case .wrongSize(let expected, let found):
      "\(found < expected ? "truncated" : "trailing bytes"): shape and type need \(expected) bytes "
        + "of data, the file has \(found)"
    }
  }
}

extension DatasetError {
  /// Whether images are there, but no labels.
  var isLackOfLabels: Bool {
    switch self {
    case .noClassFolders, .noLabelColumn: true
    default: false
    }
  }

  /// Entries of JSON have no lines of their own.
  private static func place(_ path: String, _ line: Int) -> String {
    "\(path), \(path.lowercased().hasSuffix(".json") ? "entry" : "line") \(line)"
  }

  /// The error of the system call on `path` that has just failed.
  static func systemFailure(at path: String) -> DatasetError {
    errno == ENOENT
      ? .missing(path: path) : .unreadable(path: path, reason: String(cString: strerror(errno)))
  }
}
