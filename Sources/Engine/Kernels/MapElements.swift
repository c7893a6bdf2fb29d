/// y[i] = f(x[i]). Inlined into a concrete caller it becomes one vectorised loop.
@inline(__always)
func mapElements<X, Y>(
  _ x: UnsafeBufferPointer<X>, _ y: UnsafeMutableBufferPointer<Y>, _ f: (X) -> Y
) {
  precondition(x.count == y.count, "an elementwise operator keeps the element count")
  guard let x = x.baseAddress, let target = y.baseAddress else { return }
  for i in 0..<y.count { target[i] = f(x[i]) }
}
