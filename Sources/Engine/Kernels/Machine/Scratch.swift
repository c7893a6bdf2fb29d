/// A worker's reusable memory for the inside of an operator; its contents last for one call.
final class Scratch {
  private var storage = TensorStorage(byteCount: 0)

  init() {}

  /// Uninitialised memory, 64-byte aligned. Asking again gives the same.
  func bytes(_ count: Int) -> UnsafeMutableRawPointer {
    if storage.byteCount < count { storage = TensorStorage(byteCount: count) }
    return storage.base
  }

  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    bytes(count * MemoryLayout<Float>.stride).assumingMemoryBound(to: Float.self)
  }
}
