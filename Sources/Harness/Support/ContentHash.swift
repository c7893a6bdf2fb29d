import CCrypto
import Foundation

/// SHA-256 (FIPS 180-4) as 64 lowercase hexadecimal digits: the identity of a file, whatever its
/// name.
public enum ContentHash {
  public static func sha256(_ bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256Stream()
    hash.update(bytes)
    return hash.finalize()
  }

  public static func sha256(_ bytes: some Sequence<UInt8>) -> String {
    Array(bytes).withUnsafeBytes { sha256($0) }
  }

  /// The hash of a file's bytes, read in pieces so that memory does not grow with the file.
  /// - Throws: `DatasetError.unreadable` where the file cannot be opened or read.
  public static func sha256(ofFile path: String) throws(DatasetError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .systemFailure(at: path) }
    defer { close(descriptor) }
    var hash = SHA256Stream()
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { piece.deallocate() }
    while true {
      let count = read(descriptor, piece.baseAddress, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .systemFailure(at: path) }
      guard count > 0 else { return hash.finalize() }
      hash.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }
}

/// One running SHA-256 over libcrypto's digest interface.
private struct SHA256Stream: ~Copyable {
  private let context: OpaquePointer

  init() {
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
    self.context = context
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "SHA-256 is unavailable")
  }

  deinit { EVP_MD_CTX_free(context) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    precondition(
      EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "SHA-256 cannot take bytes")
  }

  /// The digest; nothing may follow.
  mutating func finalize() -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    precondition(EVP_DigestFinal_ex(context, &digest, &count) == 1, "SHA-256 cannot finish")
    return hexadecimal(digest.prefix(Int(count)))
  }
}

private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  return String(decoding: text, as: UTF8.self)
}
