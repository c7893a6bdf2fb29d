import Foundation
import CalibrantONNXFormat

/// A folder for files that live as long as the value.
///
/// Its owner holds a lock on it, so that one which nobody locks is what a killed run left: the next removes it.
public final class ScratchFolder {
  public let url: URL
  private let descriptor: Int32

  private static let prefix = "calibrant-scratch-"

  public init() throws(ModelError) {
    let parent = FileManager.default.temporaryDirectory.path
    Self.removeLeftovers(in: parent)
    // The six X are mkdtemp's, which puts a unique name in their place.
    var template = Array("\(parent)/\(Self.prefix)XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw .cannotWrite(path: parent, reason: String(cString: strerror(errno)))
    }
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    url = URL(filePath: path)
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    flock(descriptor, LOCK_EX | LOCK_NB)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
    close(descriptor)
  }

  private static func removeLeftovers(in parent: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    where name.hasPrefix(prefix) {
      let path = "\(parent)/\(name)"
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0, isOld(descriptor) {
        try? FileManager.default.removeItem(atPath: path)
      }
    }
  }

  /// A run that starts locks its folder at once, but not in the same instant.
  private static func isOld(_ descriptor: Int32) -> Bool {
    var facts = stat()
    return fstat(descriptor, &facts) == 0 && time(nil) - facts.st_mtim.tv_sec > 2
  }
}
