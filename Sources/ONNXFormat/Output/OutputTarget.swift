import Foundation

/// What writing to a path means: links are followed, and what is no regular file is written to, never replaced.
public enum OutputTarget: Hashable, Sendable {
  /// A regular file at the end of all links, or the place of one that is yet to be made.
  case file(path: String)
  /// A device, a FIFO or a socket.
  case stream(path: String)
  /// An open file of this process, as /dev/stdout names it.
  case descriptor(Int32)

  /// - Throws: `ModelError.cannotWrite` where the path leads to a folder or nowhere.
  public init(_ path: String) throws(ModelError) {
    var place = path
    for _ in 0..<Self.linkLimit {
      let (folder, name) = try Self.parts(of: place, for: path)
      if let number = Self.descriptor(name, in: folder) {
        self = .descriptor(number)
        return
      }
      let full = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      guard let link = try Self.link(at: full, for: path) else {
        self = try Self.target(full, for: path)
        return
      }
      place = link.hasPrefix("/") ? link : folder + "/" + link
    }
    throw .cannotWrite(path: path, reason: String(cString: strerror(ELOOP)))
  }

  /// Fails where it is known already that the target cannot be written.
  public func requireWritable(for path: String) throws(ModelError) {
    switch self {
    case .descriptor(let number):
      let flags = fcntl(number, F_GETFL)
      guard flags >= 0, flags & O_ACCMODE != O_RDONLY else {
        throw .cannotWrite(path: path, reason: "it is not open for writing")
      }
    case .stream(let place): try Self.requireAccess(to: place, for: path)
    case .file(let place):
      let folder = place.prefix(upTo: place.lastIndex(of: "/") ?? place.startIndex)
      guard access(folder.isEmpty ? "/" : String(folder), W_OK) == 0 else {
        throw .cannotWrite(path: path, reason: "the folder is not writable")
      }
      if access(place, F_OK) == 0 { try Self.requireAccess(to: place, for: path) }
    }
  }

  /// As many links as Linux follows.
  private static let linkLimit = 40

  private static func requireAccess(to place: String, for path: String) throws(ModelError) {
    guard access(place, W_OK) == 0 else { throw .cannotWrite(path: path, errno: errno) }
  }

  /// The folder, free of links, and the last component.
  private static func parts(
    of place: String, for path: String
  ) throws(ModelError) -> (folder: String, name: String) {
    let components = place.split(separator: "/", omittingEmptySubsequences: false)
    guard let name = components.last, !["", ".", ".."].contains(name) else {
      throw .cannotWrite(path: path, reason: place.isEmpty ? "the path is empty" : "it is a folder")
    }
    let folder = components.dropLast().joined(separator: "/")
    let start = folder.isEmpty ? (place.hasPrefix("/") ? "/" : ".") : folder
    guard let real = realpath(start, nil) else {
      guard errno == ENOENT else { throw .cannotWrite(path: path, errno: errno) }
      throw .cannotWrite(path: path, reason: "the folder does not exist")
    }
    defer { free(real) }
    return (String(cString: real), String(name))
  }

  private static func descriptor(_ name: String, in folder: String) -> Int32? {
    folder == "/proc/\(getpid())/fd" ? Int32(name) : nil
  }

  /// Where a link leads; nil for what is no link, or not there.
  private static func link(at place: String, for path: String) throws(ModelError) -> String? {
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      let count = readlink(place, buffer.baseAddress!, buffer.count)
      return count < 0
        ? nil : String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    if text == nil, errno != EINVAL, errno != ENOENT {
      throw .cannotWrite(path: path, errno: errno)
    }
    return text
  }

  /// - Parameter place: a path without links.
  private static func target(_ place: String, for path: String) throws(ModelError) -> Self {
    var facts = stat()
    guard lstat(place, &facts) == 0 else { return .file(path: place) }
    return switch facts.st_mode & S_IFMT {
    case S_IFREG: .file(path: place)
    case S_IFDIR: throw .cannotWrite(path: path, reason: "it is a folder")
    default: .stream(path: place)
    }
  }
}

extension ModelError {
  /// - Parameter errno: of the system call that failed.
  static func cannotWrite(path: String, errno: Int32) -> ModelError {
    .cannotWrite(path: path, reason: String(cString: strerror(errno)))
  }
}
