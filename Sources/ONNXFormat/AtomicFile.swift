import Foundation

/// Files that appear complete or not at all.
public enum AtomicFile {
  /// Writes to a temporary neighbour, flushes it to disk, then renames it over `path`.
  public static func write(_ data: Data, to path: String) throws(ModelError) {
    let temporary = path + ".\(getpid()).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: errnoText()) }
    do throws(WriteFailure) {
      try writeAll(data, to: descriptor)
      guard fsync(descriptor) == 0 else { throw WriteFailure() }
      guard rename(temporary, path) == 0 else { throw WriteFailure() }
      close(descriptor)
    } catch {
      close(descriptor)
      unlink(temporary)
      throw .cannotWrite(path: path, reason: error.reason)
    }
  }

  private static func writeAll(_ data: Data, to descriptor: Int32) throws(WriteFailure) {
    let complete = data.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        done += count
      }
      return true
    }
    guard complete else { throw WriteFailure() }
  }

  private struct WriteFailure: Error {
    let reason = errnoText()
  }

  private static func errnoText() -> String { String(cString: strerror(errno)) }
}
