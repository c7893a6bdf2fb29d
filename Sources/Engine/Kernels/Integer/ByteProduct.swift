import CKernels

/// The product of codes with weights on an instruction set: exact, or with the sum of every two products clamped to 16 bits, as
/// x86 without VNNI computes it.
struct ByteProduct: Sendable {
  let loops: BlockLoops
  let clampsPairs: Bool

  init(_ loops: BlockLoops, clampsPairs: Bool) {
    (self.loops, self.clampsPairs) = (loops, clampsPairs)
  }

  /// Codes that a step takes, and whose weights lie side by side.
  var stepFactors: Int { clampsPairs ? 4 : loops.stepFactors }

  /// Bytes of a code as the product reads it.
  var elementSize: Int { 4 / stepFactors }

  /// Whether clamped products may be left to the exact ones where both are the same.
  var mayBeExact: Bool { clampsPairs && loops.stepFactors == stepFactors }

  func multiply(_ product: inout CKByteProduct) {
    if clampsPairs {
      loops.table.pointee.multiplyPairs(&product)
    } else {
      loops.table.pointee.multiplyBytes(&product)
    }
  }
}
