/// The Gauss error function, elementwise. https://onnx.ai/onnx/operators/onnx__Erf.html
struct Erf: FloatFunction {
  static let opType = "Erf"
  static let sinceVersion = 9

  init(_ node: Node) {}

  func run(_ call: OperatorCall) {
    call.workers.map(
      call.input(0).floats, call.output.floats, BlockLoops.best.table.pointee.errorFunction)
  }

  func value(_ x: Float) -> Float { errorFunction(x) }
}
