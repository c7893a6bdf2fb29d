/// The running sum along an axis. https://onnx.ai/onnx/operators/onnx__CumSum.html
struct CumSum: Accumulation {
  static let opType = "CumSum"
  static let sinceVersion = 11

  let settings: AccumulationSettings

  init(_ node: Node) throws(GraphError) { settings = try AccumulationSettings(node) }

  static func start<T: Number>(_: T.Type) -> T { 0 }
  static func combine<T: Number>(_ a: T, _ b: T) -> T { .sum(a, b) }
}
