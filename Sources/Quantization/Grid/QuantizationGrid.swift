/// The codes a scheme offers, and the one place where a range becomes scale and zero point.
public struct QuantizationGrid: Sendable, Equatable {
  public let storage: StorageType
  /// The codes in use, a part of what `storage` holds.
  public let codes: ClosedRange<Int>
  /// Symmetric: the zero point is 0 and the scale is max|x| over the highest code.
  public let isSymmetric: Bool

  public init(storage: StorageType, codes: ClosedRange<Int>? = nil, isSymmetric: Bool) {
    let codes = codes ?? storage.codes
    precondition(
      storage.codes.lowerBound <= codes.lowerBound && codes.upperBound <= storage.codes.upperBound,
      "A grid's codes must fit in its storage type.")
    precondition(
      codes.lowerBound < codes.upperBound && codes.contains(0), "A grid needs two codes and zero.")
    self.storage = storage
    self.codes = codes
    self.isSymmetric = isSymmetric
  }

  /// Activations: 0…255 with a zero point, which is 0 for ranges that start at 0 (after Relu).
  public static let asymmetricUInt8 = QuantizationGrid(storage: .uint8, isSymmetric: false)
  /// Activations: −127…127 about 0.
  public static let symmetricInt8 = QuantizationGrid(
    storage: .int8, codes: -127...127, isSymmetric: true)

  /// Scale and zero point that cover `range`.
  ///
  /// A range of zero width gets scale 1. Symmetric 4-bit grids keep code −8 although the scale is
  /// max|x| / 7: rounding to nearest never needs it, methods that move codes afterwards may.
  public func parameters(for range: ValueRange) -> QuantizationParameters {
    func make(_ scale: Float, _ zeroPoint: Int) -> QuantizationParameters {
      QuantizationParameters(scale: scale, zeroPoint: zeroPoint, codes: codes, storage: storage)
    }
    if isSymmetric {
      return make(scale(Double(range.magnitude), over: codes.upperBound), 0)
    }
    let width = Double(range.upper) - Double(range.lower)
    guard width > 0 else { return make(1, 0) }
    let scale = scale(width, over: codes.upperBound - codes.lowerBound)
    let zero = Double(codes.lowerBound) - Double(range.lower) / Double(scale)
    let clipped = min(max(zero, Double(codes.lowerBound)), Double(codes.upperBound))
    return make(scale, Int(roundedHalfEven(clipped)))
  }

  /// Scales of their own for several ranges, with one zero point: that of all where it is the same, or the middle code.
  public func parameters(sharingZeroPoint ranges: [ValueRange]) -> [QuantizationParameters] {
    let own = ranges.map(parameters)
    guard Set(zip(own, ranges).filter { $0.1.magnitude > 0 }.map(\.0.zeroPoint)).count > 1 else {
      let zeroPoint = zip(own, ranges).first { $0.1.magnitude > 0 }?.0.zeroPoint ?? codes.lowerBound
      return own.map { own in
        QuantizationParameters(
          scale: own.scale, zeroPoint: zeroPoint, codes: codes, storage: storage)
      }
    }
    let middle = (codes.lowerBound + codes.upperBound + 1) / 2
    return ranges.map { range in
      QuantizationParameters(
        scale: scale(Double(range.magnitude), over: codes.upperBound - middle), zeroPoint: middle,
        codes: codes, storage: storage)
    }
  }

  private func scale(_ width: Double, over steps: Int) -> Float {
    guard width > 0 else { return 1 }
    // Subnormal scales lose precision and overflow when they are inverted.
    return max(Float(width / Double(steps)), .leastNormalMagnitude)
  }
}
