// Codes as operators read and write them.
extension Array where Element == Operand? {
  func requiredBytes(_ index: Int, _ name: String) throws(GraphError) -> TensorType {
    let type = try required(index, name).type
    guard type.dtype == .uint8 else {
      throw .wrongInput(name: name, reason: "has type \(type.dtype) where uint8 is needed")
    }
    return type
  }
}

extension OperatorCall {
  func codes(_ index: Int) -> UnsafePointer<UInt8> {
    input(index).base.assumingMemoryBound(to: UInt8.self)
  }

  func optionalCodes(_ index: Int) -> UnsafePointer<UInt8>? {
    optionalInput(index)?.base.assumingMemoryBound(to: UInt8.self)
  }

  /// Where a layer's results go.
  /// - Parameter residual: which input is added to codes, if any.
  func layerOutput(residual: Int? = nil) -> CodeLayerOutput {
    output.dtype == .uint8
      ? .codes(outputCodes, residual: residual.flatMap { optionalCodes($0) })
      : .values(output.base.assumingMemoryBound(to: Float.self))
  }

  var outputCodes: UnsafeMutablePointer<UInt8> {
    output.base.assumingMemoryBound(to: UInt8.self)
  }
}

extension TensorView {
  /// 8-bit codes, signed ones moved up by 128.
  func withUnsignedCodes(workers: Workers, _ body: (UnsafePointer<UInt8>) -> Void) {
    let codes = base.assumingMemoryBound(to: UInt8.self)
    guard dtype == .int8 else { return body(codes) }
    let moved = AlignedValues<UInt8>(count)
    ByteElements(workers: workers).map(codes, count: count, .flippingSigns, into: moved.base)
    body(moved.base)
  }
}

extension CodeMatrix {
  static func all(of view: TensorView, clampsPairs: Bool, workers: Workers) -> [CodeMatrix] {
    all(
      of: view.base.assumingMemoryBound(to: UInt8.self), view.shape,
      isSigned: view.dtype == .int8, clampsPairs: clampsPairs, workers: workers)
  }
}
