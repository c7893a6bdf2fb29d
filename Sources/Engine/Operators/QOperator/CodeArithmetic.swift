/// An operator on two broadcast tensors of codes.
protocol CodeArithmetic: CodeOperator {
  associatedtype Steps: CodeSteps
}

/// What a pair of codes becomes, in steps of the output's scale from its code 0.
protocol CodeSteps {
  init(_ a: Coding, _ b: Coding, output: Coding)
  func steps(_ a: Int, _ b: Int) -> Float
}

extension CodeArithmetic {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let (a, b) = (try inputs.codes(0, "A"), try inputs.codes(3, "B"))
    guard a.dtype == b.dtype, let shape = a.shape.broadcast(with: b.shape) else {
      throw .shapeMismatch(reason: "\(a) and \(b) do not go together")
    }
    let output = TensorType(a.dtype, shape)
    try inputs.checkCoding(6, "C", of: output)
    return [output]
  }

  func run<Code: FixedWidthInteger & TensorElement>(_ call: OperatorCall, _: Code.Type) {
    let (a, b) = (call.input(0), call.input(3))
    let (codingA, codingB) = (Coding(call, at: 1), Coding(call, at: 4))
    let output = Coding(call, at: 6)
    let (forward, backward) = (
      Steps(codingA, codingB, output: output), Steps(codingB, codingA, output: output)
    )
    let (x, y) = (a.buffer(of: Code.self), b.buffer(of: Code.self))
    let z = call.output.buffer(of: Code.self)
    guard !z.isEmpty else { return }
    let runs = BroadcastRuns(a.shape, b.shape, output: call.output.shape)
    runs.forEach { startA, startB, start in
      for i in 0..<runs.count {
        let (p, q) = (Int(x[startA + i * runs.stepA]), Int(y[startB + i * runs.stepB]))
        // A repeated operand counts as the second, which its rounding tells.
        let steps = runs.stepA == 0 ? backward.steps(q, p) : forward.steps(p, q)
        z[start + i] = saturated(steps, Code.self)
      }
    }
  }
}
