/// The indices of the elements that are not 0, one row per axis. https://onnx.ai/onnx/operators/onnx__NonZero.html
struct NonZero: DataDependentOperator {
  static let opType = "NonZero"
  static let sinceVersion = 9
  static let traits = OperatorTraits(yieldsNoFloats: true)

  init(_ node: Node) {}

  func results(_ inputs: [Tensor?], _ scratch: Scratch) throws(GraphError) -> [Tensor] {
    guard let x = inputs.first ?? nil else { throw .wrongInput(name: "X", reason: "is missing") }
    let converted = Tensor(TensorType(.bool, x.shape)) { bytes in
      guard let base = bytes.baseAddress else { return }
      let view = MutableTensorView(type: TensorType(.bool, x.shape), base: base)
      Conversion(target: .bool).run(TensorView(x), view)
    }
    let flags = converted.array(of: Bool.self)
    var columns: [[Int]] = []
    x.shape.forEachIndex { number, index in if flags[number] { columns.append(index) } }
    let values = (0..<x.shape.rank).flatMap { axis in columns.map { Int64($0[axis]) } }
    return [Tensor(values, shape: [x.shape.rank, columns.count])]
  }
}
