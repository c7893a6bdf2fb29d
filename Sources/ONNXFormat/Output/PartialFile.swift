import Foundation
import Synchronization

/// A hidden file that becomes another one when it is whole, and else goes with this value.
///
/// Its writer holds a lock on it, so that one which nobody locks is what a killed run left: the next to write into the
/// folder removes it.
final class PartialFile {
  let descriptor: Int32
  private let path: String
  private var isRenamed = false

  private static let prefix = ".calibrant-"
  private static let suffix = ".partial"
  private static let attempts = 1_000
  private static let counter = Atomic<Int>(0)

  /// - Parameter target: the path as it was given, for errors.
  init(beside place: String, for target: String) throws(ModelError) {
    let folder = String(place[...(place.lastIndex(of: "/") ?? place.startIndex)])
    Self.removeLeftovers(in: folder)
    for _ in 0..<Self.attempts {
      let number = Self.counter.add(1, ordering: .relaxed).newValue
      let path = "\(folder)\(Self.prefix)\(getpid())-\(number)\(Self.suffix)"
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor < 0 && errno == EEXIST { continue }
      guard descriptor >= 0 else { throw .cannotWrite(path: target, errno: errno) }
      flock(descriptor, LOCK_EX | LOCK_NB)
      guard Self.hasName(descriptor) else {
        // Another run took it for a leftover before it was locked.
        close(descriptor)
        continue
      }
      self.descriptor = descriptor
      self.path = path
      return
    }
    throw .cannotWrite(path: target, errno: EEXIST)
  }

  deinit {
    if !isRenamed { unlink(path) }
    close(descriptor)
  }

  /// Takes the place, and the permissions, of `place`.
  func rename(to place: String, for target: String) throws(ModelError) {
    var facts = stat()
    if stat(place, &facts) == 0 { fchmod(descriptor, facts.st_mode & 0o777) }
    guard Foundation.rename(path, place) == 0 else {
      throw .cannotWrite(path: target, errno: errno)
    }
    isRenamed = true
  }

  private static func hasName(_ descriptor: Int32) -> Bool {
    var facts = stat()
    return fstat(descriptor, &facts) == 0 && facts.st_nlink > 0
  }

  // MARK: - Leftovers

  /// Folders that were looked through already.
  private static let swept = Mutex<Set<String>>([])

  private static func removeLeftovers(in folder: String) {
    guard swept.withLock({ $0.insert(folder).inserted }) else { return }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      removeUnlessLocked(folder + name)
    }
  }

  private static func removeUnlessLocked(_ path: String) {
    let descriptor = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
  }
}
