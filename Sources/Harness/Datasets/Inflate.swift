/// Decompresses a deflate stream (RFC 1951).
struct Inflate {
  struct Malformed: Error {}

  private let input: [UInt8]
  private var position = 0
  private var bits: UInt32 = 0
  private var bitCount = 0
  private var output: [UInt8] = []
  private let size: Int

  /// - Parameter size: of what comes out; anything else is an error.
  static func bytes(_ input: [UInt8], size: Int) throws(Malformed) -> [UInt8] {
    // A stream grows by at most 1032 times: what says more would only take memory.
    guard size <= input.count.multipliedReportingOverflow(by: 1032).partialValue else {
      throw Malformed()
    }
    var stream = Inflate(input: input, size: size)
    stream.output.reserveCapacity(size)
    while try !stream.block() {}
    guard stream.output.count == size else { throw Malformed() }
    return stream.output
  }

  private init(input: [UInt8], size: Int) { (self.input, self.size) = (input, size) }

  /// - Returns: whether it was the last.
  private mutating func block() throws(Malformed) -> Bool {
    let isLast = try take(1) == 1
    switch try take(2) {
    case 0: try stored()
    case 1: try codes(Self.fixedLengths, Self.fixedDistances)
    case 2:
      let (lengths, distances) = try tables()
      try codes(lengths, distances)
    default: throw Malformed()
    }
    return isLast
  }

  private mutating func stored() throws(Malformed) {
    (bits, bitCount) = (0, 0)
    guard position + 4 <= input.count else { throw Malformed() }
    let length = Int(input[position]) | Int(input[position + 1]) << 8
    let check = Int(input[position + 2]) | Int(input[position + 3]) << 8
    position += 4
    guard length == ~check & 0xFFFF, position + length <= input.count,
      output.count + length <= size
    else { throw Malformed() }
    output += input[position..<position + length]
    position += length
  }

  private mutating func codes(_ lengths: Huffman, _ distances: Huffman) throws(Malformed) {
    while true {
      let symbol = try decode(lengths)
      if symbol < 256 {
        guard output.count < size else { throw Malformed() }
        output.append(UInt8(symbol))
      } else if symbol == 256 {
        return
      } else {
        try copy(lengthSymbol: symbol - 257, distances)
      }
    }
  }

  private mutating func copy(lengthSymbol: Int, _ distances: Huffman) throws(Malformed) {
    guard lengthSymbol < Self.lengthBases.count else { throw Malformed() }
    let length = try Self.lengthBases[lengthSymbol] + take(Self.lengthExtras[lengthSymbol])
    let symbol = try decode(distances)
    guard symbol < Self.distanceBases.count else { throw Malformed() }
    let distance = try Self.distanceBases[symbol] + take(Self.distanceExtras[symbol])
    guard distance <= output.count, output.count + length <= size else { throw Malformed() }
    for _ in 0..<length { output.append(output[output.count - distance]) }
  }

  private mutating func tables() throws(Malformed) -> (Huffman, Huffman) {
    let (literals, distances) = (try take(5) + 257, try take(5) + 1)
    let codeLengths = try take(4) + 4
    guard literals <= 286, distances <= 30 else { throw Malformed() }
    var lengths = [Int](repeating: 0, count: 19)
    for place in Self.order.prefix(codeLengths) { lengths[place] = try take(3) }
    let table = try Huffman(lengths)
    lengths = []
    while lengths.count < literals + distances {
      let symbol = try decode(table)
      guard symbol >= 16 else {
        lengths.append(symbol)
        continue
      }
      let repeated = symbol == 16 ? lengths.last : 0
      let count = try [3 + (symbol == 16 ? take(2) : 0), 3, 11][symbol - 16]
      let more = symbol == 17 ? try take(3) : symbol == 18 ? try take(7) : 0
      guard let repeated, lengths.count + count + more <= literals + distances else {
        throw Malformed()
      }
      lengths += [Int](repeating: repeated, count: count + more)
    }
    guard lengths[256] > 0 else { throw Malformed() }
    return (try Huffman(lengths[..<literals]), try Huffman(lengths[literals...]))
  }

  private mutating func decode(_ table: Huffman) throws(Malformed) -> Int {
    var (code, first, index) = (0, 0, 0)
    for length in 1...15 {
      code |= try take(1)
      let count = table.counts[length]
      if code - count < first { return table.symbols[index + code - first] }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw Malformed()
  }

  private mutating func take(_ count: Int) throws(Malformed) -> Int {
    while bitCount < count {
      guard position < input.count else { throw Malformed() }
      bits |= UInt32(input[position]) << UInt32(bitCount)
      position += 1
      bitCount += 8
    }
    let value = Int(bits & ((1 << UInt32(count)) - 1))
    bits >>= UInt32(count)
    bitCount -= count
    return value
  }

  /// Canonical codes: how many there are of each length, and their symbols in order.
  private struct Huffman {
    private(set) var counts = [Int](repeating: 0, count: 16)
    let symbols: [Int]

    init(_ lengths: some Collection<Int>) throws(Malformed) {
      for length in lengths where length > 0 { counts[length] += 1 }
      var left = 1
      for length in 1...15 {
        left = 2 * left - counts[length]
        guard left >= 0 else { throw Malformed() }
      }
      symbols = lengths.enumerated().filter { $1 > 0 }
        .sorted { ($0.element, $0.offset) < ($1.element, $1.offset) }.map(\.offset)
    }

    /// - Precondition: codes of these lengths exist.
    init(fixed lengths: [Int]) {
      guard let table = try? Huffman(lengths) else { preconditionFailure("RFC 1951, 3.2.6") }
      self = table
    }
  }

  private static let fixedLengths = Huffman(
    fixed: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
  private static let fixedDistances = Huffman(fixed: [Int](repeating: 5, count: 30))
  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  private static let lengthBases = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
  ]
  private static let lengthExtras = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distanceBases = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
    3073, 4097, 6145, 8193, 12289, 16385, 24577,
  ]
  private static let distanceExtras = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
    13,
  ]
}
