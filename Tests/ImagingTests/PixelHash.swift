/// The hash of `Fixtures/pixel_hash.py`: little-endian 64-bit words as digits of a number in an odd
/// base, modulo 2⁶⁴. Fast in a debug build, where megabytes are hashed.
func pixelHash(_ bytes: UnsafeRawBufferPointer) -> String {
  let multiplier: UInt64 = 0x0000_0100_0000_01B3
  var hash: UInt64 = 0
  var position = 0
  while position + 8 <= bytes.count {
    let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
    hash = hash &* multiplier &+ UInt64(littleEndian: word)
    position += 8
  }
  if position < bytes.count {
    let last = bytes[position...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    hash = hash &* multiplier &+ last
  }
  let digits = String(hash, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

func pixelHash(_ bytes: [UInt8]) -> String {
  bytes.withUnsafeBytes(pixelHash)
}
