import CKernels

/// The inner loops on blocked tensors, for one instruction set.
struct BlockLoops: @unchecked Sendable, CustomStringConvertible {
  let table: UnsafePointer<CKKernels>

  /// The ones to compute with.
  static let best = BlockLoops(.current)

  /// All that this CPU runs, for tests.
  static let available = InstructionSet.available.map(BlockLoops.init)

  /// - Parameter set: one that this CPU runs.
  private init(_ set: InstructionSet) { table = ck_kernels_named(set.rawValue)! }

  var description: String { String(cString: table.pointee.instructionSet) }

  /// Output blocks that share a product.
  var blocksAtOnce: Int { Int(table.pointee.blocksAtOnce) }

  /// Factors of a sum that are best taken at once.
  var factorsAtOnce: Int { Int(table.pointee.factorsAtOnce) }
}
