/// Where along an axis the smallest element is; the first NaN, where there is one. https://onnx.ai/onnx/operators/onnx__ArgMin.html
struct ArgMin: ArgExtremum {
  static let opType = "ArgMin"
  static let sinceVersion = 1

  let settings: ArgExtremumSettings

  init(_ node: Node) throws(GraphError) { settings = try ArgExtremumSettings(node) }

  static func isBetter<T: Number>(_ a: T, than b: T) -> Bool { a < b }
}
