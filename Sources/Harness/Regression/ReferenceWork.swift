/// Work that never changes, done in turn with the work that is gated.
///
/// A shared machine's clock rate and caches drift by more than the regressions that matter. Both kinds of work feel the
/// drift, so their ratio does not. This one calls nothing that an engine or BLAS release could make faster, and its
/// memory is aligned and fits in a core's second-level cache, so that it takes the same time in every process.
final class ReferenceWork {
  private let values: UnsafeMutableBufferPointer<Float>

  init() {
    let count = 128 << 10
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 4096)
    values = UnsafeMutableBufferPointer(
      start: memory.initializeMemory(as: Float.self, repeating: 0.5, count: count), count: count)
  }

  deinit { values.deallocate() }

  /// Does the work once: a few milliseconds on one thread.
  func cost() -> Cost {
    Cost.of(.thread) { for _ in 0..<Self.passes { Self.pass(values) } }
  }

  // Without optimization a pass takes a hundred times longer, and no figure is worth gating.
  #if DEBUG
    private static let passes = 2
  #else
    private static let passes = 200
  #endif

  /// Leaves 0.5 as it is, so values stay ordinary numbers for any number of passes.
  @inline(never)
  private static func pass(_ values: UnsafeMutableBufferPointer<Float>) {
    for index in values.indices { values[index] = values[index] * 0.5 + 0.25 }
  }
}
