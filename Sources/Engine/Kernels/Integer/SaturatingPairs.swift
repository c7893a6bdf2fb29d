/// The pairs of a layer's weights that can leave 16 bits for some input, by output.
public struct SaturatingPairs: Sendable {
  public struct Pair: Sendable {
    /// Places among the weights of the output, which run (channel, position).
    public let first: Int
    public let second: Int
    let weights: (Float, Float)
  }

  let ofOutput: [[Pair]]

  static let none = SaturatingPairs(ofOutput: [])

  private init(ofOutput: [[Pair]]) { self.ofOutput = ofOutput }

  /// - Parameter codes: outputs × depth.
  public init(_ codes: [Int8], _ order: PairOrder) {
    let outputs = order.depth > 0 ? codes.count / order.depth : 0
    let pairs = order.pairs
    ofOutput = codes.withUnsafeBufferPointer { codes in
      (0..<outputs).map { output in
        let row = output * order.depth
        return pairs.compactMap { first, second in
          let (a, b) = (Int(codes[row + first]), Int(codes[row + second]))
          guard !PairBound.holds(a, b) else { return nil }
          return Pair(first: first, second: second, weights: (Float(a), Float(b)))
        }
      }
    }
  }

  public var isEmpty: Bool { ofOutput.allSatisfy(\.isEmpty) }
  var outputCount: Int { ofOutput.count { !$0.isEmpty } }
  var pairCount: Int { ofOutput.reduce(0) { $0 + $1.count } }

  public func pairs(of output: Int) -> [Pair] { ofOutput.isEmpty ? [] : ofOutput[output] }
}

extension SaturatingPairs.Pair {
  /// What clamping takes from one sum, for codes less their zero point.
  /// - Parameter zeroPoint: of the codes as unsigned bytes.
  public func excess(_ a: Float, _ b: Float, zeroPoint: Float) -> Int32 {
    let sum = (a + zeroPoint) * weights.0 + (b + zeroPoint) * weights.1
    return Int32(sum - min(max(sum, -32768), 32767))
  }
}
