import Foundation

/// Listings of folders in an order that no file system or locale decides.
enum FileTree {
  enum Kind { case folder, file, other }

  /// What a path leads to, symbolic links followed.
  static func kind(of path: String) throws(DatasetError) -> Kind {
    var facts = stat()
    guard stat(path, &facts) == 0 else { throw .systemFailure(at: path) }
    return switch facts.st_mode & S_IFMT {
    case S_IFDIR: .folder
    case S_IFREG: .file
    default: .other
    }
  }

  /// The size of the file that a path leads to, symbolic links followed.
  static func byteCount(of path: String) throws(DatasetError) -> Int {
    var facts = stat()
    guard stat(path, &facts) == 0 else { throw .systemFailure(at: path) }
    return Int(facts.st_size)
  }

  /// The names in a folder that are not hidden, in order of their UTF-8 bytes.
  static func names(in folder: String) throws(DatasetError) -> [String] {
    guard let stream = opendir(folder) else { throw .systemFailure(at: folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted(by: precedes)
  }

  /// The names of folders in a folder, links to folders among them, in the same order.
  static func folders(in folder: String) throws(DatasetError) -> [String] {
    var folders: [String] = []
    for name in try names(in: folder) where (try? kind(of: join(folder, name))) == .folder {
      folders.append(name)
    }
    return folders
  }

  static func holdsOnlyFolders(_ folder: String) throws(DatasetError) -> Bool {
    let folders = try folders(in: folder).count
    let names = try names(in: folder).count
    return folders > 0 && folders == names
  }

  /// The regular files at any depth below a folder, as paths relative to it. A link back to a
  /// folder above is not followed.
  static func files(
    below folder: String, ancestors: Set<String> = []
  ) throws(DatasetError) -> [String] {
    guard let real = realpath(folder, nil) else { throw .systemFailure(at: folder) }
    defer { free(real) }
    let identity = String(cString: real)
    if ancestors.contains(identity) { return [] }
    var files: [String] = []
    for name in try names(in: folder) {
      let path = join(folder, name)
      // A link that leads nowhere is a file that cannot be read, which whoever reads it says.
      switch (try? kind(of: path)) ?? .file {
      case .file: files.append(name)
      case .folder:
        let below = try self.files(below: path, ancestors: ancestors.union([identity]))
        files += below.map { join(name, $0) }
      case .other: continue
      }
    }
    return files
  }

  /// `path` seen from `folder`; an absolute path stays what it is.
  static func join(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") { return path }
    return folder.hasSuffix("/") ? folder + path : folder + "/" + path
  }

  static func absolute(_ path: String) -> String {
    URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
  }

  static func lastComponent(_ path: String) -> String {
    URL(filePath: absolute(path)).lastPathComponent
  }

  /// Order by Unicode code points, the order of Python's `sorted`.
  static func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }
}
