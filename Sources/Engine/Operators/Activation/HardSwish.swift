import Foundation

/// x · max(0, min(1, x / 6 + 1/2)), elementwise.
/// https://onnx.ai/onnx/operators/onnx__HardSwish.html
struct HardSwish: FloatFunction {
  static let opType = "HardSwish"
  static let sinceVersion = 14
  static let traits = OperatorTraits(
    isElementwise: true,
    function: { _ in { $0 * min(max($0 / 6 + 0.5, 0), 1) } })

  init(_ node: Node) {}

  func value(_ x: Float) -> Float {
    let line = x * (1 / 6 as Float) + 0.5
    let lowered = line >= 1 ? 1 : line
    return x * (lowered <= 0 ? 0 : lowered)
  }
}
