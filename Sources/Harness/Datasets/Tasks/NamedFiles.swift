import Foundation

/// The files of a folder, found by what labels call them.
struct NamedFiles {
  let folder: String
  /// Absolute, ending with a slash.
  let root: String
  /// From the folder, in order of their bytes.
  let paths: [String]
  /// By path, by path without its ending, by name, and by name without its ending.
  private let lookups: [[String: [String]]]

  /// - Parameters:
  ///   - endings: of the files to find, in lower case; nil finds all.
  ///   - other: a folder whose files are not meant, should it lie within.
  init(
    in folder: String, endings: Set<String>? = nil, outside other: String? = nil
  ) throws(DatasetError) {
    self.folder = folder
    guard try FileTree.kind(of: folder) == .folder else {
      throw .unreadable(path: folder, reason: "it is no folder")
    }
    let root = Self.absolute(folder)
    let other = other.map(Self.absolute)
    let paths = try FileTree.files(below: root).filter { path in
      endings?.contains(Self.ending(of: path)) ?? true
        && !(other.map(FileTree.join(root, path).hasPrefix) ?? false)
    }
    self.root = root
    self.paths = paths
    let images = paths.filter { Self.imageEndings.contains(Self.ending(of: $0)) }
    // Without endings, lists and labels would be taken for images.
    lookups = zip(Self.spellings, [paths, images, paths, images]).map { spelling, paths in
      Dictionary(grouping: paths, by: spelling)
    }
  }

  private static func absolute(_ folder: String) -> String {
    let path = FileTree.absolute(folder)
    return path.hasSuffix("/") ? path : path + "/"
  }

  private static func ending(of path: String) -> String {
    (path as NSString).pathExtension.lowercased()
  }

  private static let imageEndings: Set = [
    "bmp", "gif", "jpeg", "jpg", "pbm", "pgm", "png", "ppm", "tif", "tiff", "webp",
  ]

  private static let spellings: [@Sendable (String) -> String] = [
    { $0 }, { ($0 as NSString).deletingPathExtension }, { ($0 as NSString).lastPathComponent },
    { (($0 as NSString).lastPathComponent as NSString).deletingPathExtension },
  ]

  /// The file that is meant: the one at that path, else the only one of that name; of images, endings may differ.
  /// - Parameter labels: what calls it so, for errors.
  func path(of image: String, calledBy labels: String) throws(DatasetError) -> String? {
    let image = relative(image)
    for (spelling, lookup) in zip(Self.spellings, lookups) {
      guard let found = lookup[spelling(image)] else { continue }
      guard found.count == 1 else {
        throw .ambiguousLabelledImage(path: labels, image: image, first: found[0], second: found[1])
      }
      return found[0]
    }
    return nil
  }

  /// A path from the folder, where it leads there.
  private func relative(_ path: String) -> String {
    let path = path.replacing("\\", with: "/")
    for absolute in [FileTree.join(root, path), path].map(FileTree.absolute)
    where absolute.hasPrefix(root) {
      let relative = String(absolute.dropFirst(root.count))
      if lookups[0][relative] != nil { return relative }
    }
    return path
  }
}

extension NamedFiles {
  /// The images that labels call by `names`, each once and in that order, as unlabelled samples.
  ///
  /// - Parameter skipsMissing: whether images that are not there become samples, too, which the first look at them leaves out.
  func samples(
    called names: [String], by labels: String, skipsMissing: Bool
  ) throws(DatasetError) -> [ImageSample] {
    var samples: [ImageSample] = []
    var missing: [String] = []
    var seen: Set<String> = []
    for name in names {
      let found = try path(of: name, calledBy: labels)
      if found == nil { missing.append(name) }
      let path = found ?? name
      guard seen.insert(path).inserted else {
        throw .repeatedLabelledImage(path: labels, image: name, file: path)
      }
      samples.append(
        ImageSample(
          path: path, absolutePath: FileTree.join(root, path), label: ImageSample.unlabelled))
    }
    if let first = missing.first, !skipsMissing || missing.count == names.count {
      throw .missingLabelledImages(
        path: labels, folder: folder, first: first, count: missing.count, total: names.count)
    }
    return samples
  }

  /// A sentence where some of its images are not among those: files with the endings that those have.
  func note(onUnlabelled labels: String, samples: [ImageSample]) -> [String] {
    let labelled = Set(samples.map(\.path))
    let endings = Set(labelled.map(Self.ending))
    let images = paths.filter { endings.contains(Self.ending(of: $0)) }
    let left = images.filter { !labelled.contains($0) }
    guard let first = left.first else { return [] }
    return [
      "\(ReportText.count(left.count, "image")) of \(ReportText.count(images.count)) in \(folder) "
        + "\(left.count == 1 ? "is" : "are") not labelled in \(labels) and left out (\(first))"
    ]
  }
}
