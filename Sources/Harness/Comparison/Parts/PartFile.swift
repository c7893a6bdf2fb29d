import Foundation
import CalibrantONNXFormat

/// How plans and parts are written: JSON with sorted keys, the same bytes for the same contents.
enum PartCoding {
  static func encoded(_ value: some Encodable) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do { return try encoder.encode(value) } catch {
      preconditionFailure("numbers, texts and lists of them can be written: \(error)")
    }
  }

  static func decoded<Value: Decodable>(_ type: Value.Type, _ bytes: Data) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: bytes)
  }
}

/// A file that says what its contents' digest is, so that damage is told from contents: `{"sha256":"…","contents":…}`.
enum SealedFile {
  private static let head = "{\"sha256\":\""
  private static let middle = "\",\"contents\":"
  private static let tail = "}\n"
  private static let digestLength = 64

  static func write(_ contents: some Encodable, to path: String) throws {
    let contents = PartCoding.encoded(contents)
    var bytes = Data((head + ContentHash.sha256(contents) + middle).utf8)
    bytes.append(contents)
    bytes.append(Data(tail.utf8))
    try AtomicFile.write(bytes, to: path)
  }

  /// - Parameter name: what such a file is, as in "no part of a comparison".
  /// - Throws: `HarnessError.badResult` where the file is damaged or something else.
  static func read<Contents: Decodable>(
    _ type: Contents.Type, from path: String, name: String
  ) throws -> Contents {
    let bytes = try TextFile.bytes(of: path)
    let start = head.utf8.count + digestLength + middle.utf8.count
    guard bytes.starts(with: Data(head.utf8)), bytes.count > start + tail.utf8.count,
      bytes.dropFirst(head.utf8.count + digestLength).starts(with: Data(middle.utf8)),
      bytes.suffix(tail.utf8.count) == Data(tail.utf8)
    else {
      throw HarnessError.badResult(path: path, reason: "it is no \(name), or only the start of one")
    }
    let contents = bytes[bytes.startIndex + start..<bytes.endIndex - tail.utf8.count]
    let digest = bytes.dropFirst(head.utf8.count).prefix(digestLength)
    guard ContentHash.sha256(contents) == String(decoding: digest, as: UTF8.self) else {
      throw HarnessError.badResult(
        path: path, reason: "it is damaged: its contents are not those that it was sealed with")
    }
    do {
      return try PartCoding.decoded(type, Data(contents))
    } catch is DecodingError {
      throw HarnessError.badResult(
        path: path, reason: "it is no \(name) of version \(ProgramVersion.current)")
    }
  }
}

/// Which part of which plan a file holds.
struct PartHeader: Codable, Hashable, Sendable {
  /// Of the plan.
  var key: String
  var shard: Shard
  var version = ProgramVersion.current
  /// What computed it (`MachineFacts.kernels`).
  var kernels = MachineFacts.kernels
  /// How the shard's index was found out; nil where it was given.
  var scheduler: String?
}

/// A part of a comparison on disk.
struct PartFile<Record: PartRecord>: Codable {
  var header: PartHeader
  var part: RunPart<Record>
}

/// The same without what it holds.
struct PartFileHeader: Codable { var header: PartHeader }
