import Foundation
import CalibrantONNXFormat

/// Text added to the end of a file that others may add to at the same time.
enum AppendedFile {
  /// - Parameter header: what an empty file gets first.
  /// - Throws: `ModelError.cannotWrite`; the file is then as it was.
  static func append(_ text: String, to path: String, header: String) throws(ModelError) {
    let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    flock(descriptor, LOCK_EX)
    var facts = stat()
    fstat(descriptor, &facts)
    let size = facts.st_size
    var last = UInt8(ascii: "\n")
    if size > 0 { pread(descriptor, &last, 1, size - 1) }
    let start = size == 0 ? header : last == UInt8(ascii: "\n") ? "" : "\n"
    let code = Array((start + text).utf8).withUnsafeBytes { writeAll($0, into: descriptor) }
    guard code != 0 else { return }
    ftruncate(descriptor, size)
    throw failure(path, code)
  }

  private static func failure(_ path: String, _ code: Int32) -> ModelError {
    .cannotWrite(path: path, reason: String(cString: strerror(code)))
  }
}
