import CMalloc

/// Memory that was freed but that the allocator still holds.
enum FreedMemory {
  /// Gives it back to the system: after steps that make and drop copies of all weights, before memory is needed for
  /// something else.
  static func release() {
    malloc_trim(0)
  }
}
