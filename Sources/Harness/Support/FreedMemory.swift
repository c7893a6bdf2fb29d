import CMalloc
import CalibrantEngine

/// Memory that was freed but that the allocator still holds.
public enum FreedMemory {
  /// Gives threads that are yet to come few arenas to allocate from, two cores one: workers live for one step, and what one
  /// of them frees, the next would otherwise seek in vain in an arena of its own.
  ///
  /// For the whole process; the first thing it does.
  public static func share() {
    mallopt(M_ARENA_MAX, Int32(max(AvailableResources.cores / 2, 1)))
  }

  /// Gives it back to the system: after steps that make and drop copies of all weights, before memory is needed for
  /// something else.
  static func release() {
    malloc_trim(0)
  }

  /// The same where the allocator holds much: what it holds, the next step takes again without asking the system.
  static func releaseExcess() {
    if mallinfo2().fordblks > excess { release() }
  }

  private static let excess = 256 << 20
}
