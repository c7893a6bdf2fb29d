import CKernels

/// The inner loops on blocked tensors, for one instruction set.
struct BlockLoops: @unchecked Sendable, CustomStringConvertible {
  let table: UnsafePointer<CKKernels>

  /// The fastest this CPU runs.
  static let best = BlockLoops(table: ck_best_kernels())

  /// All that this CPU runs, for tests.
  static let available = ["avx512", "avx2", "baseline"].compactMap { named($0) }

  private static func named(_ instructionSet: String) -> BlockLoops? {
    ck_kernels_named(instructionSet).map { BlockLoops(table: $0) }
  }

  var description: String { String(cString: table.pointee.instructionSet) }

  /// Output blocks that share a product.
  var blocksAtOnce: Int { Int(table.pointee.blocksAtOnce) }
}

/// The instruction set of the engine's inner loops on this machine.
public let engineInstructionSet = BlockLoops.best.description
