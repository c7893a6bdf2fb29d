/// ArgMax and ArgMin: where along an axis the extreme element is; the first one, or the last.
protocol ArgExtremum: OperatorKernel {
  var settings: ArgExtremumSettings { get }
  static func isBetter<T: Number>(_ a: T, than b: T) -> Bool
}

struct ArgExtremumSettings: Sendable {
  let axis: Int
  let keepsAxis: Bool
  let selectsLast: Bool

  init(_ node: Node) throws(GraphError) {
    axis = try node.attributes.int("axis", default: 0)
    keepsAxis = try node.attributes.flag("keepdims", default: true)
    selectsLast = try node.attributes.flag("select_last_index")
  }
}

extension ArgExtremum {
  static var traits: OperatorTraits { OperatorTraits(yieldsNoFloats: true) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "data").type
    guard arithmeticTypes.contains(type.dtype) else {
      throw .notImplemented(reason: "data of type \(type.dtype)")
    }
    guard let axis = type.shape.resolve(axis: settings.axis), type.shape[axis] > 0 else {
      throw .badAttribute(
        name: "axis", reason: "\(settings.axis) is no axis with elements of \(type.shape)")
    }
    var dims = type.shape.dims
    if settings.keepsAxis { dims[axis] = 1 } else { dims.remove(at: axis) }
    return [TensorType(.int64, Shape(dims))]
  }

  func run(_ call: OperatorCall) {
    ArgExtremumLoop<Self>(call: call, settings: settings)(call.input(0).dtype)
  }
}

private struct ArgExtremumLoop<Operator: ArgExtremum>: NumberLoop {
  let call: OperatorCall
  let settings: ArgExtremumSettings

  func run<T: Number>(_: T.Type) {
    let shape = call.input(0).shape
    let (x, y) = (call.input(0).elements(T.self), call.output.buffer(of: Int64.self))
    let axis = settings.axis < 0 ? settings.axis + shape.rank : settings.axis
    let loop = AxisLoop(shape, axis: axis)
    loop.forEachLine { line, start in
      var best = 0
      for i in 1..<max(loop.length, 1) {
        let (a, b) = (x[start + i * loop.inner], x[start + best * loop.inner])
        if wins(a, over: b) { best = i }
      }
      y[line] = Int64(best)
    }
  }

  /// NaN is as extreme as can be, in both directions.
  @inline(__always)
  private func wins<T: Number>(_ a: T, over b: T) -> Bool {
    let isTie = a == b || (a.isNoNumber && b.isNoNumber)
    if isTie { return settings.selectsLast }
    return a.isNoNumber || (!b.isNoNumber && Operator.isBetter(a, than: b))
  }
}
