/// Where along an axis the largest element is. https://onnx.ai/onnx/operators/onnx__ArgMax.html
struct ArgMax: ArgExtremum {
  static let opType = "ArgMax"
  static let sinceVersion = 1

  let settings: ArgExtremumSettings

  init(_ node: Node) throws(GraphError) { settings = try ArgExtremumSettings(node) }

  static func isBetter<T: Comparable>(_ a: T, than b: T) -> Bool { a > b }
}
