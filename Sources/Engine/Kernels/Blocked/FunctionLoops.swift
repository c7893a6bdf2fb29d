import CKernels

/// A loop over any number of floats: x, their count, y.
typealias FunctionLoop =
  @convention(c) (
    UnsafePointer<Float>?, Int64, UnsafeMutablePointer<Float>?
  ) -> Void

extension Workers {
  /// y[i] = f(x[i]), in pieces that are worth waking a worker for.
  func map(
    _ x: UnsafeBufferPointer<Float>, _ y: UnsafeMutableBufferPointer<Float>, _ loop: FunctionLoop
  ) {
    precondition(x.count == y.count, "an elementwise operator keeps the element count")
    guard let x = x.baseAddress, let target = y.baseAddress else { return }
    let piece = 16384
    forEach((y.count + piece - 1) / piece) { index in
      let start = index * piece
      loop(x + start, Int64(min(piece, y.count - start)), target + start)
    }
  }
}
