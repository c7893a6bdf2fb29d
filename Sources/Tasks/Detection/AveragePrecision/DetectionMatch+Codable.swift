/// Saved as four numbers, since an evaluation has hundreds of thousands: class, score, and the masks of hits and of ignored,
/// ten bits for each size.
extension DetectionMatch: Codable {
  public init(from decoder: any Decoder) throws {
    var numbers = try decoder.unkeyedContainer()
    category = try numbers.decode(Int.self)
    score = try numbers.decode(Double.self)
    hits = Self.unpacked(try numbers.decode(UInt64.self))
    ignored = Self.unpacked(try numbers.decode(UInt64.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var numbers = encoder.unkeyedContainer()
    try numbers.encode(category)
    try numbers.encode(score)
    try numbers.encode(Self.packed(hits))
    try numbers.encode(Self.packed(ignored))
  }

  private static func packed(_ masks: BySize<UInt16>) -> UInt64 {
    BoxSize.allCases.reduce(0) { $0 | UInt64(masks[$1.rawValue]) << (maskBits * $1.rawValue) }
  }

  private static func unpacked(_ number: UInt64) -> BySize<UInt16> {
    var masks = BySize<UInt16>.zero
    for size in BoxSize.allCases {
      masks[size.rawValue] =
        UInt16(truncatingIfNeeded: number >> (maskBits * size.rawValue)) & (1 << maskBits - 1)
    }
    return masks
  }

  private static let maskBits = 10
}
