/// The hash of `Fixtures/pixel_hash.py`: little-endian 64-bit words as digits of a number in an odd
/// base, modulo 2⁶⁴. `bytes` are an array's, so aligned. Fast in a debug build too.
func pixelHash(_ bytes: UnsafeRawBufferPointer) -> String {
  let multiplier: UInt64 = 0x0000_0100_0000_01B3
  var hash: UInt64 = 0
  let words = bytes.count / 8
  if let first = bytes.baseAddress?.assumingMemoryBound(to: UInt64.self) {
    var i = 0
    while i < words {
      hash = hash &* multiplier &+ UInt64(littleEndian: first[i])
      i &+= 1
    }
  }
  if bytes.count % 8 != 0 {
    let last = bytes[(words * 8)...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    hash = hash &* multiplier &+ last
  }
  let digits = String(hash, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

func pixelHash(_ bytes: [UInt8]) -> String {
  bytes.withUnsafeBytes(pixelHash)
}
