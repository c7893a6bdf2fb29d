import CKernels
import CalibrantEngine

/// The loops over observed values, for one instruction set.
struct StatisticsLoops: @unchecked Sendable {
  let table: UnsafePointer<CKStatistics>

  /// The ones to compute with.
  static let best = StatisticsLoops(.current)

  /// All that this CPU runs, for tests.
  static let available = InstructionSet.available.map(StatisticsLoops.init)

  /// - Parameter set: one that this CPU runs.
  private init(_ set: InstructionSet) { table = ck_statistics_named(set.rawValue)! }

  func summary(_ values: UnsafeBufferPointer<Float>) -> CKSummary {
    var summary = CKSummary()
    table.pointee.summarize(values.baseAddress, Int64(values.count), &summary)
    return summary
  }

  /// Adds to `counts` how many of the values lie in each bin; all of them do lie in one.
  func tally(
    _ values: UnsafeBufferPointer<Float>, exponent: Int, firstBin: Int, into counts: inout [Int]
  ) {
    let width = Float(sign: .plus, exponent: exponent, significand: 1)
    var bins = CKBins(
      width: width, inverse: 1 / width, first: Int32(firstBin), count: Int32(counts.count))
    let tableCount = Int(CK_BIN_TABLES)
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: counts.count * tableCount) { tables in
      tables.initialize(repeating: 0)
      table.pointee.tally(values.baseAddress, Int64(values.count), &bins, tables.baseAddress)
      for bin in counts.indices {
        for table in 0..<tableCount { counts[bin] += Int(tables[table * counts.count + bin]) }
      }
    }
  }
}
