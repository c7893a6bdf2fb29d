/// The product of two tensors of codes.
struct QLinearMul: CodeArithmetic {
  static let opType = "QLinearMul"

  init(_ node: Node) {}

  struct Steps: CodeSteps {
    private let zeroA: Int
    private let zeroB: Int
    private let ratio: Float
    private let zero: Float

    init(_ a: Coding, _ b: Coding, output: Coding) {
      (zeroA, zeroB, zero) = (a.zeroPoint, b.zeroPoint, Float(output.zeroPoint))
      ratio = a.scale * b.scale / output.scale
    }

    func steps(_ a: Int, _ b: Int) -> Float { Float((a - zeroA) * (b - zeroB)) * ratio + zero }
  }
}
