/// CumSum and CumProd: every element becomes what those before it along an axis, and unless `exclusive` it itself,
/// amount to; with `reverse` those after it.
protocol Accumulation: OperatorKernel {
  var settings: AccumulationSettings { get }
  static func start<T: Number>(_: T.Type) -> T
  static func combine<T: Number>(_ a: T, _ b: T) -> T
}

struct AccumulationSettings: Sendable {
  let isExclusive: Bool
  let isReverse: Bool

  init(_ node: Node) throws(GraphError) {
    isExclusive = try node.attributes.flag("exclusive")
    isReverse = try node.attributes.flag("reverse")
  }
}

extension Accumulation {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "x").type
    let axis = try inputs.required(1, "axis").type
    guard arithmeticTypes.contains(type.dtype) else {
      throw .notImplemented(reason: "x of type \(type.dtype)")
    }
    guard axis.shape.elementCount == 1, axis.dtype == .int32 || axis.dtype == .int64 else {
      throw .wrongInput(name: "axis", reason: "is no integer but \(axis)")
    }
    return [type]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let shape = call.output.shape
    let given = call.input(1).copied().integers?.first ?? 0
    guard let axis = shape.resolve(axis: given) else {
      throw .wrongInput(name: "axis", reason: "is \(given), out of range for \(shape)")
    }
    let loop = AccumulationLoop<Self>(
      call: call, loop: AxisLoop(shape, axis: axis), settings: settings)
    loop(call.output.dtype)
  }
}

private struct AccumulationLoop<Operator: Accumulation>: NumberLoop {
  let call: OperatorCall
  let loop: AxisLoop
  let settings: AccumulationSettings

  func run<T: Number>(_: T.Type) {
    let (x, y) = (call.input(0).elements(T.self), call.output.elements(T.self))
    loop.forEachLine { _, start in
      var total = Operator.start(T.self)
      for step in 0..<loop.length {
        let position = settings.isReverse ? loop.length - 1 - step : step
        let index = start + position * loop.inner
        let next = Operator.combine(total, x[index])
        y[index] = settings.isExclusive ? total : next
        total = next
      }
    }
  }
}
