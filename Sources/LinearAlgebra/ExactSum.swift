/// A sum of doubles without rounding, so that it is the same for every order and grouping.
///
/// The value is Σ digits[i] · 2^(32 (lowest + i)) in canonical form: every digit but the last is in
/// 0 ..< 2³², the last is signed and in −2³¹ ..< 2³¹, and neither end carries redundant digits. Equal
/// sums therefore have equal representations.
public struct ExactSum: Sendable, Hashable {
  private var lowest = 0
  private var digits: [Int64] = []

  public init() {}

  /// Adds `x`, which must be finite.
  public mutating func add(_ x: Double) {
    precondition(x.isFinite, "An exact sum takes finite values.")
    guard x != 0 else { return }
    let exponent = Int(x.exponent) - 52
    let significand = Int64(x.significand * 0x1p52) * (x.sign == .minus ? -1 : 1)
    let position = exponent >> 5
    let shift = Int64(exponent & 31)
    let low = (significand & Self.mask) << shift
    let high = (significand >> 32) << shift + (low >> 32)
    reserve(position, position + 2)
    let at = position - lowest
    digits[at] += low & Self.mask
    digits[at + 1] += high & Self.mask
    digits[at + 2] += high >> 32
    normalize()
  }

  public mutating func add(_ other: ExactSum) {
    guard !other.digits.isEmpty else { return }
    reserve(other.lowest, other.lowest + other.digits.count - 1)
    let at = other.lowest - lowest
    for i in other.digits.indices { digits[at + i] += other.digits[i] }
    normalize()
  }

  /// The sum as a double, correct to a few units in the last place.
  public var value: Double {
    var result = 0.0
    for i in digits.indices.reversed() {
      result += Double(
        sign: .plus, exponent: 32 * (lowest + i), significand: Double(digits[i]))
    }
    return result
  }

  private static let mask: Int64 = 0xffff_ffff

  /// Makes room for digits at positions `first` to `last`.
  private mutating func reserve(_ first: Int, _ last: Int) {
    if digits.isEmpty { lowest = first }
    if first < lowest {
      digits.insert(contentsOf: repeatElement(0, count: lowest - first), at: 0)
      lowest = first
    }
    while lowest + digits.count <= last { digits.append(0) }
  }

  private mutating func normalize() {
    for i in digits.indices.dropLast() {
      digits[i + 1] += digits[i] >> 32
      digits[i] &= Self.mask
    }
    while let last = digits.last, last < -0x8000_0000 || last > 0x7fff_ffff {
      digits[digits.count - 1] = last & Self.mask
      digits.append(last >> 32)
    }
    trimTop()
    let zeros = digits.prefix { $0 == 0 }.count
    digits.removeFirst(zeros)
    lowest = digits.isEmpty ? 0 : lowest + zeros
  }

  /// Drops top digits that only repeat the sign of the digit below.
  private mutating func trimTop() {
    while let last = digits.last {
      let below = digits.count > 1 ? digits[digits.count - 2] : 0
      if last == 0 && below <= 0x7fff_ffff {
        digits.removeLast()
      } else if last == -1 && digits.count > 1 && below > 0x7fff_ffff {
        digits.removeLast()
        digits[digits.count - 1] = below - 0x1_0000_0000
      } else {
        return
      }
    }
  }
}

extension ExactSum: Codable {
  /// An array: the position of the lowest digit, then the digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if digits.isEmpty { return }
    try container.encode(lowest)
    for digit in digits { try container.encode(digit) }
  }

  public init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    guard !container.isAtEnd else { return }
    lowest = try container.decode(Int.self)
    while !container.isAtEnd { digits.append(try container.decode(Int64.self)) }
    let inRange =
      (-40...40).contains(lowest) && digits.count <= 80
      && digits.allSatisfy { (-0x8000_0000...0xffff_ffff).contains($0) }
    guard inRange else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an exact sum")
    }
    normalize()
  }
}
