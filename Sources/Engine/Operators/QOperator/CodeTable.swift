/// What each of the 256 codes becomes.
struct CodeTable<Code: FixedWidthInteger & TensorElement> {
  private let codes: [Code]

  /// Codes of the values of a function of the values that codes stand for.
  init(from input: Coding, to output: Coding, _ function: (Float) -> Float = { $0 }) {
    codes = (Int(Code.min)...Int(Code.max)).map { code in
      let steps = (function(input.value(of: code)) / output.scale).rounded(.toNearestOrEven)
      return saturated(steps + Float(output.zeroPoint), Code.self)
    }
  }

  subscript(code: Code) -> Code { codes[Int(code) - Int(Code.min)] }
}

/// An operator that maps each code by the float that it stands for.
protocol CodeFunction: CodeOperator {
  func value(_ x: Float) -> Float
}

extension CodeFunction {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let codes = try inputs.codes(0, "X")
    try inputs.checkCoding(3, "Y", of: codes)
    return [codes]
  }

  func run<Code: FixedWidthInteger & TensorElement>(_ call: OperatorCall, _: Code.Type) {
    let table = CodeTable<Code>(from: Coding(call, at: 1), to: Coding(call, at: 3)) { value($0) }
    let (x, y) = (call.input(0).buffer(of: Code.self), call.output.buffer(of: Code.self))
    for i in x.indices { y[i] = table[x[i]] }
  }
}
