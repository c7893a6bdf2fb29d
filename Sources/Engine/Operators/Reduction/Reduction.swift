/// An operator that makes one number of all elements along some axes, or along all. Axes are an attribute or, in newer
/// opsets, an input.
protocol Reduction: PlannedOperator {
  var axes: ReductionAxes { get }
  /// The types it knows.
  static var types: [DType] { get }
  static func reduce(_ row: UnsafeBufferPointer<Float>) -> Float
  /// - Parameter limits: what the row's type can hold.
  static func reduce(_ row: ArraySlice<Int>, limits: ClosedRange<Int>) -> Int
}

/// The types whose values fit an `Int`, and float32.
let reductionTypes = arithmeticTypes.filter { $0 != .uint64 }

extension Reduction {
  static var types: [DType] { reductionTypes }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "data").type
    guard Self.types.contains(type.dtype) else {
      throw .notImplemented(reason: "data of type \(type.dtype)")
    }
    return [TensorType(type.dtype, try axes.output(inputs, of: type.shape))]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    PlannedRun(try axes.rows(inputs)) { Self.run($0, $1) }
  }

  private static func run(_ call: OperatorCall, _ rows: ReducedRows) {
    let moved = rows.moved(call)
    let output = call.output
    if output.dtype == .float32 {
      let values = moved.values.floats
      for row in 0..<output.count {
        let range = row * moved.length..<(row + 1) * moved.length
        output.floats[row] = reduce(UnsafeBufferPointer(rebasing: values[range]))
      }
    } else {
      reduceIntegers(moved.values, moved.length, into: output)
    }
  }

  private static func reduceIntegers(
    _ values: TensorView, _ length: Int, into output: MutableTensorView
  ) {
    let limits = output.dtype == .bool ? 0...1 : output.dtype.integerLimits
    let integers =
      values.dtype == .bool
      ? values.buffer(of: Bool.self).map { $0 ? 1 : 0 } : values.copied().integers ?? []
    output.writeIntegers { row in
      reduce(integers[row * length..<(row + 1) * length], limits: limits)
    }
  }
}

extension Reduction {
  /// For operators that refuse integers.
  static func reduce(_ row: ArraySlice<Int>, limits: ClosedRange<Int>) -> Int {
    preconditionFailure("\(opType) refuses integers before it runs")
  }
}

/// Which axes a reduction reduces, and whether they stay with size 1.
struct ReductionAxes: Sendable {
  private let attribute: [Int]?
  private let keepsAxes: Bool
  private let keepsAllWithoutAxes: Bool

  init(_ node: Node) throws(GraphError) {
    attribute = try node.attributes.ints("axes")
    keepsAxes = try node.attributes.flag("keepdims", default: true)
    keepsAllWithoutAxes = try node.attributes.flag("noop_with_empty_axes")
  }

  func output(_ inputs: [Operand?], of shape: Shape) throws(GraphError) -> Shape {
    let reduced = try resolved(try inputs.knownIntegers(1, "axes") ?? attribute, of: shape)
    return Shape(
      shape.dims.indices.compactMap { axis in
        reduced.contains(axis) ? (keepsAxes ? 1 : nil) : shape[axis]
      })
  }

  private func resolved(_ given: [Int]?, of shape: Shape) throws(GraphError) -> Set<Int> {
    guard let given, !given.isEmpty else {
      return keepsAllWithoutAxes ? [] : Set(0..<shape.rank)
    }
    return Set(try resolveAll(given, shape))
  }

  /// How to find what each result is over.
  func rows(_ inputs: [Operand?]) throws(GraphError) -> ReducedRows {
    let shape = try inputs.required(0, "data").type.shape
    let reduced = try resolved(try inputs.knownIntegers(1, "axes") ?? attribute, of: shape)
    return ReducedRows(
      order: shape.dims.indices.filter { !reduced.contains($0) } + reduced.sorted(),
      length: reduced.reduce(1) { $0 * shape[$1] })
  }
}

/// Rows of elements that become one each.
struct ReducedRows: Sendable {
  /// The axes, those that are reduced last.
  let order: [Int]
  let length: Int

  /// The input with the reduced axes last; each result is then over one row.
  func moved(_ call: OperatorCall) -> (values: TensorView, length: Int) {
    let input = call.input(0)
    guard order != Array(0..<input.shape.rank) else { return (input, length) }
    let size = input.dtype.byteSize
    let moved = UnsafeMutableRawPointer(call.scratch.floats((input.count * size + 3) / 4))
    permutedCopy(input.base, input.shape, order: order, elementSize: size, into: moved)
    let shape = Shape(order.map { input.shape[$0] })
    return (TensorView(type: TensorType(input.dtype, shape), base: moved), length)
  }
}

/// A sum of f(x) in eight interleaved parts, which fixes its order and keeps it vectorised.
@inline(__always)
func sum(_ values: UnsafeBufferPointer<Float>, _ f: (Float) -> Float) -> Float {
  var parts = SIMD8<Float>.zero
  let whole = values.count / 8 * 8
  for start in stride(from: 0, to: whole, by: 8) {
    for lane in 0..<8 { parts[lane] += f(values[start + lane]) }
  }
  var rest: Float = 0
  for index in whole..<values.count { rest += f(values[index]) }
  return parts.sum() + rest
}
