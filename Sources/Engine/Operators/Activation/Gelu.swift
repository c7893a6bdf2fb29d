import Foundation

/// https://onnx.ai/onnx/operators/onnx__Gelu.html
extension Gelu: FloatFunction {
  static let opType = "Gelu"
  static let sinceVersion = 20
  static let traits = OperatorTraits(
    isElementwise: true,
    function: { _ in { $0 * 0.5 * erfc(-$0 / 2.0.squareRoot()) } })

  init(_ node: Node) throws(GraphError) {
    let name = try node.attributes.string("approximate", default: "none")
    guard name == "none" || name == "tanh" else {
      throw .badAttribute(name: "approximate", reason: "'\(name)' is no approximation")
    }
    isApproximate = name == "tanh"
  }

  func run(_ call: OperatorCall) {
    let (x, y) = (call.input(0).floats, call.output.floats)
    if isApproximate {
      mapElements(x, y) { value($0) }
    } else {
      call.workers.map(x, y, BlockLoops.best.table.pointee.gelu)
    }
  }

  /// The approximation.
  func value(_ x: Float) -> Float {
    0.5 * x * (1 + tanh(0.797_884_56 * (x + 0.044_715 * x * x * x)))
  }
}
