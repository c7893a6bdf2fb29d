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
