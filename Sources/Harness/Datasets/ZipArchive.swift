import Foundation

/// The files in a zip archive (APPNOTE 6.3), stored or deflated, as NumPy writes `.npz`.
struct ZipArchive {
  struct Malformed: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  struct Entry {
    let name: String
    fileprivate let method: Int
    fileprivate let checksum: UInt32
    fileprivate let compressedSize: Int
    fileprivate let size: Int
    fileprivate let headerOffset: Int
  }

  private let file: Data
  private(set) var entries: [Entry] = []

  /// Reads the list at the archive's end.
  init(_ file: Data) throws(Malformed) {
    self.file = file
    var (count, offset) = try Self.directory(of: file)
    while count > 0 {
      entries.append(try entry(at: &offset))
      count -= 1
    }
  }

  /// A file's bytes; of a stored one the archive's own, without a copy.
  func bytes(of entry: Entry) throws(Malformed) -> Data {
    let header = entry.headerOffset
    guard try file.number(at: header, 4) == 0x0403_4B50 else {
      throw Malformed("\(entry.name) is not where the list of files says")
    }
    let start = try header + 30 + file.number(at: header + 26, 2) + file.number(at: header + 28, 2)
    let (end, overflow) = start.addingReportingOverflow(entry.compressedSize)
    guard !overflow, end <= file.count else { throw Malformed("\(entry.name) is cut short") }
    let stored = file[file.startIndex + start..<file.startIndex + end]
    let content = try Self.content(stored, entry)
    guard Self.checksum(content) == entry.checksum else {
      throw Malformed("\(entry.name) is damaged: its checksum is another")
    }
    return content
  }

  private static func content(_ stored: Data, _ entry: Entry) throws(Malformed) -> Data {
    switch entry.method {
    case 0 where entry.size == stored.count: return stored
    case 8:
      do throws(Inflate.Malformed) {
        return Data(try Inflate.bytes([UInt8](stored), size: entry.size))
      } catch {
        throw Malformed("\(entry.name) is damaged: it cannot be decompressed")
      }
    default: throw Malformed("\(entry.name) is packed by a method that is not supported")
    }
  }

  /// How many files the list holds, and where it starts.
  private static func directory(of file: Data) throws(Malformed) -> (count: Int, offset: Int) {
    let (length, longestComment) = (22, 65_535)
    var end = file.count - length
    while end >= 0, end >= file.count - length - longestComment {
      if try file.number(at: end, 4) == 0x0605_4B50 {
        let (count, offset) = (try file.number(at: end + 10, 2), try file.number(at: end + 16, 4))
        guard count == 0xFFFF || offset == 0xFFFF_FFFF else { return (count, offset) }
        return try largeDirectory(of: file, before: end)
      }
      end -= 1
    }
    throw Malformed("not a .npz file: it does not end as a zip archive does")
  }

  private static func largeDirectory(
    of file: Data, before end: Int
  ) throws(Malformed) -> (count: Int, offset: Int) {
    guard end >= 20, try file.number(at: end - 20, 4) == 0x0706_4B50 else {
      throw Malformed("its list of files is damaged")
    }
    let record = try file.number(at: end - 12, 8)
    guard try file.number(at: record, 4) == 0x0606_4B50 else {
      throw Malformed("its list of files is damaged")
    }
    return (try file.number(at: record + 32, 8), try file.number(at: record + 48, 8))
  }

  private func entry(at offset: inout Int) throws(Malformed) -> Entry {
    guard try file.number(at: offset, 4) == 0x0201_4B50 else {
      throw Malformed("its list of files is damaged")
    }
    let (nameLength, extraLength) = (
      try file.number(at: offset + 28, 2), try file.number(at: offset + 30, 2)
    )
    let nameStart = offset + 46
    guard nameStart + nameLength + extraLength <= file.count else {
      throw Malformed("its list of files is cut short")
    }
    let first = file.startIndex + nameStart
    let name = String(decoding: file[first..<first + nameLength], as: UTF8.self)
    // Sizes and places that do not fit 32 bits follow in this order in a field of their own.
    var large = try largeNumbers(from: nameStart + nameLength, length: extraLength)[...]
    func wide(_ value: Int) throws(Malformed) -> Int {
      guard value == 0xFFFF_FFFF else { return value }
      guard let number = large.popFirst() else { throw Malformed("the size of \(name) is missing") }
      return number
    }
    let size = try wide(file.number(at: offset + 24, 4))
    let compressed = try wide(file.number(at: offset + 20, 4))
    let header = try wide(file.number(at: offset + 42, 4))
    let entry = Entry(
      name: name, method: try file.number(at: offset + 10, 2),
      checksum: UInt32(try file.number(at: offset + 16, 4)), compressedSize: compressed, size: size,
      headerOffset: header)
    offset = nameStart + nameLength + extraLength + (try file.number(at: offset + 32, 2))
    return entry
  }

  private func largeNumbers(from start: Int, length: Int) throws(Malformed) -> [Int] {
    var position = start
    while position + 4 <= start + length {
      let (tag, size) = (try file.number(at: position, 2), try file.number(at: position + 2, 2))
      if tag == 1 {
        var numbers: [Int] = []
        for place in 0..<size / 8 {
          numbers.append(try file.number(at: position + 4 + 8 * place, 8))
        }
        return numbers
      }
      position += 4 + size
    }
    return []
  }

  private static func checksum(_ bytes: Data) -> UInt32 {
    ~bytes.withUnsafeBytes { bytes in
      bytes.reduce(~0 as UInt32) { sum, byte in
        checksums[Int((sum ^ UInt32(byte)) & 0xFF)] ^ sum >> 8
      }
    }
  }

  private static let checksums: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(byte) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
  }
}

extension Data {
  /// A little-endian number of so many bytes, which has to be there and below 2^62.
  fileprivate func number(at offset: Int, _ size: Int) throws(ZipArchive.Malformed) -> Int {
    guard offset >= 0, offset <= count - size else {
      throw ZipArchive.Malformed("it is cut short")
    }
    let value = (0..<size).reversed().reduce(0 as UInt64) { sum, place in
      sum << 8 | UInt64(self[startIndex + offset + place])
    }
    guard value < 1 << 62 else { throw ZipArchive.Malformed("its list of files is damaged") }
    return Int(value)
  }
}
