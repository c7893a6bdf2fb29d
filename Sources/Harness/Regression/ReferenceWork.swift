/// Work that never changes, timed next to everything that is gated.
///
/// A shared machine's clock rate, caches and memory drift by more than the regressions that matter. Both the model and
/// this work feel the drift, so their ratio does not. It calls nothing that an engine or BLAS release could make faster.
enum ReferenceWork {
  /// Runs one round on each of `threads` threads at once.
  /// - Returns: wall time of the whole, processor time per thread.
  static func cost(threads: Int) -> Cost {
    let crews = onThreads(threads) { _, begin in
      var state = State()
      begin()
      let start = Cost.now.wall
      let seconds = Cost.threadSeconds
      state.run()
      return (start: start, end: Cost.now.wall, cpu: Cost.threadSeconds - seconds)
    }
    let start = crews.map(\.start).min()!
    let end = crews.map(\.end).max()!
    return Cost(wall: end - start, cpu: crews.map(\.cpu).reduce(0, +) / Double(threads))
  }

  /// Half arithmetic in the first-level cache, half a sweep through more memory than the second level holds.
  private struct State {
    private var small = [Float](repeating: 0.5, count: 4 << 10)
    private var large = [Float](repeating: 0.5, count: 4 << 20)

    mutating func run() {
      for _ in 0..<80_000 { Self.pass(&small) }
      for _ in 0..<40 { Self.pass(&large) }
    }

    /// Converges to 0.5, so values stay ordinary numbers for any number of passes.
    @inline(never)
    private static func pass(_ values: inout [Float]) {
      values.withUnsafeMutableBufferPointer { values in
        for index in values.indices { values[index] = values[index] * 0.5 + 0.25 }
      }
    }
  }
}
