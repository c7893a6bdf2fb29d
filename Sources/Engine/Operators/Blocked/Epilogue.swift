import CKernels

/// What an operator does to its result before storing it: first the activation, then the rounding.
struct Epilogue: Sendable, Hashable {
  let activation: Activation
  let rounding: Rounding?

  static let none = Epilogue(activation: .identity, rounding: nil)

  init(activation: Activation, rounding: Rounding?) {
    self.activation = activation
    self.rounding = rounding
  }

  init(_ node: Node) {
    activation = node.activation
    rounding = node.rounding
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
  func apply(to values: UnsafeMutableBufferPointer<Float>) {
    guard let base = values.baseAddress else { return }
    var loops = loops()
    BlockLoops.best.table.pointee.finish(base, Int64(values.count), base, &loops)
  }
}
