/// The running product along an axis. https://onnx.ai/onnx/operators/onnx__CumProd.html
struct CumProd: Accumulation {
  static let opType = "CumProd"
  static let sinceVersion = 26

  let settings: AccumulationSettings

  init(_ node: Node) throws(GraphError) { settings = try AccumulationSettings(node) }

  static func start<T: Number>(_: T.Type) -> T { 1 }
  static func combine<T: Number>(_ a: T, _ b: T) -> T { .product(a, b) }
}
