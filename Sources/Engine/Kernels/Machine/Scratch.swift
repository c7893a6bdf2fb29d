/// A worker's reusable memory for the inside of an operator; its contents last for one call.
final class Scratch {
  private var storage = TensorStorage(byteCount: 0)

  init() {}

  /// Uninitialised floats, 64-byte aligned. Asking again gives the same memory.
  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    let bytes = count * MemoryLayout<Float>.stride
    if storage.byteCount < bytes { storage = TensorStorage(byteCount: bytes) }
    return storage.base.assumingMemoryBound(to: Float.self)
  }
}
