extension Array where Element == Operand? {
  /// A required operand of 8-bit integers.
  func requiredCodes(_ index: Int, _ name: String) throws(GraphError) -> TensorType {
    let type = try required(index, name).type
    guard type.dtype == .int8 || type.dtype == .uint8 else {
      throw .notImplemented(reason: "\(name) of type \(type.dtype)")
    }
    return type
  }

  /// A zero point is one number of its tensor's type, or one for each index of an axis.
  func checkZeroPoint(
    _ index: Int, _ name: String, of type: TensorType, along axis: Int?
  ) throws(GraphError) {
    guard let zeroPoint = optional(index)?.type else { return }
    let count = zeroPoint.shape.elementCount
    let fits = count == 1 || axis.map { type.shape.rank > $0 && count == type.shape[$0] } ?? false
    guard zeroPoint.dtype == type.dtype, fits else {
      throw .wrongInput(name: name, reason: "\(zeroPoint) does not belong to \(type)")
    }
  }

  /// A scale is one float, or one for each index of an axis.
  func checkScale(
    _ index: Int, _ name: String, of type: TensorType, along axis: Int?
  ) throws(GraphError) {
    let count = try requiredFloat(index, name).shape.elementCount
    let fits = count == 1 || axis.map { type.shape.rank > $0 && count == type.shape[$0] } ?? false
    guard fits else {
      throw .wrongInput(name: name, reason: "holds \(count) scales, which do not belong to \(type)")
    }
  }
}

/// Codes less their zero points, as floats. A zero point of several values has one for each index of `axis`.
func centred(_ view: TensorView, zeroPoint: TensorView?, along axis: Int?) -> [Float] {
  let codes = view.copied().integers ?? []
  let zeros = zeroPoint?.copied().integers ?? [0]
  guard zeros.count > 1, let axis else { return codes.map { Float($0 - zeros[0]) } }
  let inner = view.shape.count((axis + 1)...)
  let size = view.shape[axis]
  return codes.enumerated().map { Float($1 - zeros[$0 / inner % size]) }
}

/// The zero points of codes as unsigned bytes: signed ones are moved up by 128, as runtimes on x86 do.
func unsignedZeroPoint(of codes: TensorView, _ zeroPoint: TensorView?) -> [Int] {
  (zeroPoint?.copied().integers ?? [0]).map { $0 + (codes.dtype == .int8 ? 128 : 0) }
}

/// An exact sum brought to the output's scale: rounded half to even, moved by the zero point, saturated.
struct Requantization {
  let scale: Float
  let zeroPoint: Int
  let limits: ClosedRange<Int>

  func code(of sum: Int32) -> Int {
    let value = (Float(sum) * scale).rounded(.toNearestOrEven)
    let bounded = value.isNaN ? 0 : min(max(value, -0x1p24), 0x1p24)
    return min(max(Int(bounded) + zeroPoint, limits.lowerBound), limits.upperBound)
  }
}
