import Foundation

/// Files that appear complete or not at all.
public enum AtomicFile {
  /// Writes to a temporary neighbour, flushes it to disk, then renames it over the file that `path` leads to.
  ///
  /// A link stays and its target is replaced. A device or a FIFO is written to as it is.
  public static func write(_ data: Data, to path: String) throws(ModelError) {
    switch try OutputTarget(path) {
    case .file(let place): try replace(place, with: data, for: path)
    case .stream(let place):
      let descriptor = open(place, O_WRONLY | O_CLOEXEC | O_NOCTTY)
      guard descriptor >= 0 else { throw .cannotWrite(path: path, errno: errno) }
      defer { close(descriptor) }
      try write(data, into: descriptor, for: path)
    case .descriptor(let number): try write(data, into: number, for: path)
    }
  }

  private static func replace(
    _ place: String, with data: Data, for path: String
  ) throws(ModelError) {
    let temporary = try PartialFile(beside: place, for: path)
    try write(data, into: temporary.descriptor, for: path)
    guard fsync(temporary.descriptor) == 0 else { throw .cannotWrite(path: path, errno: errno) }
    try temporary.rename(to: place, for: path)
  }

  private static func write(
    _ data: Data, into descriptor: Int32, for path: String
  ) throws(ModelError) {
    let code = data.withUnsafeBytes { writeAll($0, into: descriptor) }
    guard code == 0 else { throw .cannotWrite(path: path, errno: code) }
  }
}

/// Writes every byte; the error number where that fails, else 0.
public func writeAll(_ bytes: UnsafeRawBufferPointer, into descriptor: Int32) -> Int32 {
  var done = 0
  while done < bytes.count {
    let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return errno }
    done += count
  }
  return 0
}
