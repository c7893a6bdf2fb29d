/// The sum of two tensors of codes.
struct QLinearAdd: CodeArithmetic {
  static let opType = "QLinearAdd"

  init(_ node: Node) {}

  /// Products are added with one rounding each.
  struct Steps: CodeSteps {
    private let ratioA: Float
    private let ratioB: Float
    /// What both zero points and the output's come to.
    private let fixed: Float

    init(_ a: Coding, _ b: Coding, output: Coding) {
      (ratioA, ratioB) = (a.scale / output.scale, b.scale / output.scale)
      let zeros = (ratioB * Float(b.zeroPoint)).addingProduct(ratioA, Float(a.zeroPoint))
      fixed = Float(output.zeroPoint) - zeros
    }

    func steps(_ a: Int, _ b: Int) -> Float {
      fixed.addingProduct(Float(b), ratioB).addingProduct(Float(a), ratioA)
    }
  }
}
