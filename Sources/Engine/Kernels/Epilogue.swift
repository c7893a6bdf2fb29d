import CKernels

/// What an operator does to its result before storing it: first the activation, then the rounding.
struct Epilogue: Sendable, Hashable {
  let activation: Activation
  let rounding: GridRounding?

  static let none = Epilogue()

  init(activation: Activation = .identity, rounding: GridRounding? = nil) {
    self.activation = activation
    self.rounding = rounding
  }

  /// - Parameter residual: laid out as the output, added before the activation.
  func loops(adding residual: UnsafePointer<Float>? = nil) -> CKEpilogue {
    var loops = CKEpilogue()
    loops.residual = residual
    switch activation {
    case .identity: break
    case .relu: (loops.clamps, loops.low, loops.high) = (1, 0, .infinity)
    case .clip(let low, let high): (loops.clamps, loops.low, loops.high) = (1, low, high)
    }
    if let rounding {
      loops.quantizes = 1
      loops.scale = rounding.scale
      loops.lowCode = Float(rounding.codes.lowerBound)
      loops.highCode = Float(rounding.codes.upperBound)
    }
    return loops
  }
}

extension Epilogue {
  func apply(_ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>) {
    precondition(x.count == y.count, "an elementwise operator keeps the element count")
    guard let x = x.baseAddress, let target = y.baseAddress else { return }
    var loops = loops()
    BlockLoops.best.table.pointee.finish(x, Int64(y.count), target, &loops)
  }

  func apply(to values: UnsafeMutableBufferPointer<Float>) {
    apply(UnsafeBufferPointer(values), into: values)
  }
}
