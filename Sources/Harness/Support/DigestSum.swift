/// A digest of a set of contents that does not depend on their order, and of which the digest of disjoint sets together
/// follows: the sum modulo 2²⁵⁶ of a SHA-256 per content.
struct DigestSum: Hashable {
  /// The lowest first.
  private var words: [UInt64] = [0, 0, 0, 0]

  /// - Parameter hashes: what tells the contents apart, one each.
  init(of hashes: [String]) {
    for hash in hashes {
      guard let own = DigestSum(ContentHash.sha256(Array(hash.utf8))) else {
        preconditionFailure("SHA-256 is 64 hexadecimal digits")
      }
      add(own)
    }
  }

  /// Reads back `text`; nil where it is anything else.
  init?(_ text: String) {
    let digits = Array(text)
    guard digits.count == 64, digits.allSatisfy(\.isHexDigit) else { return nil }
    for word in 0..<4 {
      let end = 64 - 16 * word
      guard let value = UInt64(String(digits[end - 16..<end]), radix: 16) else { return nil }
      words[word] = value
    }
  }

  mutating func add(_ other: DigestSum) {
    var carry: UInt64 = 0
    for word in words.indices {
      let (sum, overflow) = words[word].addingReportingOverflow(other.words[word])
      let (result, more) = sum.addingReportingOverflow(carry)
      words[word] = result
      carry = overflow || more ? 1 : 0
    }
  }

  /// 64 hexadecimal digits.
  var text: String {
    words.reversed().map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
