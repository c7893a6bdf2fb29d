/// A folder with one folder of images per class.
///
/// Hidden entries do not count, nor do files beside the class folders. Every regular file below a
/// class folder is taken for an image: the decoders decide by its content, not by its name.
struct ImageFolder {
  let path: String

  /// - Parameter labels: the classes by index; the folder may hold any subset of them. Without it
  ///   the classes are the folders, sorted by name.
  func load(labels: LabelFile?) throws(DatasetError) -> ImageDataset {
    let root = FileTree.absolute(path)
    let folders = try classFolders(in: root)
    var isDeep = true
    for folder in folders where isDeep {
      isDeep = try FileTree.holdsOnlyFolders(FileTree.join(root, folder))
    }
    if isDeep, labels == nil { try requireClasses(folders, in: root) }
    var samples: [ImageSample] = []
    var used: [Int: String] = [:]
    for (position, folder) in folders.enumerated() {
      let label =
        if let labels { try index(of: folder, in: labels, isDeep: isDeep) } else { position }
      used[label] = folder
      let files = try FileTree.files(below: FileTree.join(root, folder))
      guard !files.isEmpty else {
        throw .emptyClassFolder(path: FileTree.join(path, folder))
      }
      samples += files.map {
        sample(FileTree.join(folder, $0), in: root, label: label)
      }
    }
    return ImageDataset(
      name: FileTree.lastComponent(root), samples: samples,
      classNames: labels?.names(calling: used) ?? folders,
      labelling: labels == nil ? .sortedFolders : .labelFile)
  }

  /// Every regular file at any depth, without labels.
  func loadUnlabelled() throws(DatasetError) -> ImageDataset {
    let root = FileTree.absolute(path)
    let files = try FileTree.files(below: root)
    guard !files.isEmpty else { throw .emptyFolder(path: path) }
    let samples = files.map { sample($0, in: root, label: ImageSample.unlabelled) }
    return ImageDataset(name: FileTree.lastComponent(root), samples: samples, classNames: [])
  }

  private func classFolders(in root: String) throws(DatasetError) -> [String] {
    guard try !FileTree.names(in: root).isEmpty else { throw .emptyFolder(path: path) }
    let folders = try FileTree.folders(in: root)
    guard !folders.isEmpty else { throw .noClassFolders(path: path) }
    return folders
  }

  private func index(
    of folder: String, in labels: LabelFile, isDeep: Bool
  ) throws(DatasetError) -> Int {
    if let index = try labels.index(of: folder) { return index }
    throw isDeep
      ? .foldersOfFolders(path: path, folder: FileTree.join(path, folder))
      : .unknownClassFolder(folder: FileTree.join(path, folder), labels: labels.path)
  }

  private func sample(_ path: String, in root: String, label: Int) -> ImageSample {
    ImageSample(path: path, absolutePath: FileTree.join(root, path), label: label)
  }
}

// Whether the path is that of a folder above the one that was meant.
extension ImageFolder {
  /// Parts of a data set that nobody has for classes.
  private static let splits: Set<String> = [
    "train", "training", "val", "valid", "validation", "dev", "test", "testing", "eval", "images",
  ]

  /// Refuses folders of folders that are no classes: a single one, those that are called like the parts of a data set, or
  /// all with the same folders inside.
  private func requireClasses(_ folders: [String], in root: String) throws(DatasetError) {
    var inside: Set<[String]> = []
    for folder in folders { inside.insert(try FileTree.folders(in: FileTree.join(root, folder))) }
    let areAlike = folders.count > 1 && inside.count == 1 && inside.first?.count ?? 0 > 1
    let areSplits = folders.allSatisfy { Self.splits.contains($0.lowercased()) }
    guard folders.count == 1 || areAlike || areSplits else { return }
    throw .foldersOfFolders(path: path, folder: FileTree.join(path, folders[0]))
  }
}
