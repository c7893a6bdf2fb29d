import Foundation

/// A sound JSON file in which a few values or bytes are others.
///
/// What mutates bytes at random hardly ever leaves JSON behind, and it does not see how far a decoder came that it has no
/// coverage of; so its bytes say what to change instead.
struct DamagedJSON {
  private let bytes: [UInt8]
  /// Where numbers and texts lie that are values.
  private let values: [Range<Int>]

  /// What values become.
  private static let texts =
    HostileNumbers.all.map { "\($0)" } + [
      "1e308", "-1e308", "1e-320", "0.5", "1.5", "-0.5", "1e19", "9223372036854775808", "null",
      "true", "[]",
      "{}", "[0]", "\"\"", "\"nan\"", "\"=1\\u001b[31m\"",
      "\"\(String(repeating: "é", count: 32))\"",
      "\"\(String(repeating: "f", count: 64))\"",
    ]

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    values = Self.values(in: bytes)
  }

  /// The target's seeds.
  private static let seeds: [DamagedJSON] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: Targets.seeds)) ?? []
    return files.sorted().compactMap {
      FileManager.default.contents(atPath: Targets.seeds + "/" + $0).map {
        DamagedJSON([UInt8]($0))
      }
    }
  }()

  /// - Parameter choices: a byte that picks the seed, then three per change, at most four of them.
  static func file(_ choices: Data) -> Data {
    guard let first = choices.first, !seeds.isEmpty else { return Data() }
    let seed = seeds[Int(first) % seeds.count]
    let changes = choices.dropFirst().prefix(12).map(Int.init)
    var edits: [Int: (end: Int, text: [UInt8])] = [:]
    for start in stride(from: 0, to: changes.count - 2, by: 3) {
      let edit = seed.edit(changes[start] << 8 | changes[start + 1], changes[start + 2])
      edits[edit.start] = (edit.end, edit.text)
    }
    return seed.changed(by: edits)
  }

  /// Of four changes two are of a value, one of a byte, one leaves bytes out.
  private func edit(_ place: Int, _ choice: Int) -> (start: Int, end: Int, text: [UInt8]) {
    let (which, kind) = place.quotientAndRemainder(dividingBy: 4)
    let start = which % bytes.count
    switch kind {
    case 2: return (start, start + 1, [UInt8(choice)])
    case 3: return (start, min(start + choice + 1, bytes.count), [])
    default:
      let value = values[(which * 2 + kind) % values.count]
      return (value.lowerBound, value.upperBound, Array(Self.texts[choice % Self.texts.count].utf8))
    }
  }

  private func changed(by edits: [Int: (end: Int, text: [UInt8])]) -> Data {
    var result: [UInt8] = []
    var position = 0
    for (start, edit) in edits.sorted(by: { $0.key < $1.key }) where start >= position {
      result += bytes[position..<start] + edit.text
      position = edit.end
    }
    return Data(result + bytes[position...])
  }

  private static func values(in bytes: [UInt8]) -> [Range<Int>] {
    var values: [Range<Int>] = []
    var index = 0
    while index < bytes.count {
      let end = end(ofTokenAt: index, in: bytes)
      let isKey = end < bytes.count && bytes[end] == UInt8(ascii: ":")
      if end > index, !isKey { values.append(index..<end) }
      index = max(end, index + 1)
    }
    return values
  }

  /// The end of the text or number that begins there; `index` itself where none does.
  private static func end(ofTokenAt index: Int, in bytes: [UInt8]) -> Int {
    let quote = UInt8(ascii: "\"")
    if bytes[index] == quote {
      return bytes[(index + 1)...].firstIndex(of: quote).map { $0 + 1 } ?? bytes.count
    }
    let part = "-+.eE0123456789".utf8
    guard "-0123456789".utf8.contains(bytes[index]) else { return index }
    return bytes[index...].firstIndex { !part.contains($0) } ?? bytes.count
  }
}
