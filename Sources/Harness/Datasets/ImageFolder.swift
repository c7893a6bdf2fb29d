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
    var samples: [ImageSample] = []
    for (position, folder) in folders.enumerated() {
      let label = if let labels { try index(of: folder, in: labels) } else { position }
      let files = try FileTree.files(below: FileTree.join(root, folder))
      guard !files.isEmpty else {
        throw .emptyClassFolder(path: FileTree.join(path, folder))
      }
      samples += files.map {
        sample(FileTree.join(folder, $0), in: root, label: label)
      }
    }
    return ImageDataset(
      name: FileTree.lastComponent(root), samples: samples, classNames: labels?.names ?? folders)
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
    let names = try FileTree.names(in: root)
    guard !names.isEmpty else { throw .emptyFolder(path: path) }
    var folders: [String] = []
    for name in names where (try? FileTree.kind(of: FileTree.join(root, name))) == .folder {
      folders.append(name)
    }
    guard !folders.isEmpty else { throw .noClassFolders(path: path) }
    return folders
  }

  private func index(of folder: String, in labels: LabelFile) throws(DatasetError) -> Int {
    guard let index = labels.index(of: folder) else {
      throw .unknownClassFolder(folder: FileTree.join(path, folder), labels: labels.path)
    }
    return index
  }

  private func sample(_ path: String, in root: String, label: Int) -> ImageSample {
    ImageSample(path: path, absolutePath: FileTree.join(root, path), label: label)
  }
}
