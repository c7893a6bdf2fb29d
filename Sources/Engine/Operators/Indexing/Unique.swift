/// The different elements, or slices along an axis, in order of value or of appearance; then where each first appears,
/// which of them each element is, and how often each appears. https://onnx.ai/onnx/operators/onnx__Unique.html
struct Unique: DataDependentOperator {
  static let opType = "Unique"
  static let sinceVersion = 11

  private let axis: Int?
  private let isSorted: Bool

  init(_ node: Node) throws(GraphError) {
    axis = try node.attributes.int("axis")
    isSorted = try node.attributes.flag("sorted", default: true)
  }

  func results(_ inputs: [Tensor?], _ scratch: Scratch) throws(GraphError) -> [Tensor] {
    guard let x = inputs.first ?? nil else { throw .wrongInput(name: "X", reason: "is missing") }
    guard arithmeticTypes.contains(x.dtype), x.dtype != .uint64 else {
      throw .notImplemented(reason: "X of type \(x.dtype)")
    }
    let source = axis == nil ? x.reshaped(to: [x.count]) : x
    let axis = try source.shape.required(axis: axis ?? 0)
    // An axis beside one of size 0 may have any size; each of its slices is an array.
    try MemoryLimit.checkScratch([source.shape[axis], 16])
    let slices = Self.slices(of: source, along: axis)
    // Stable order by value; equal slices are neighbours, the first appearance in front.
    let order = slices.indices.sorted {
      slices[$0] == slices[$1] ? $0 < $1 : slices[$0].lexicographicallyPrecedes(slices[$1])
    }
    var groups: [[Int]] = []
    for index in order {
      if let last = groups.last, slices[last[0]] == slices[index] {
        groups[groups.count - 1].append(index)
      } else {
        groups.append([index])
      }
    }
    if !isSorted { groups.sort { $0[0] < $1[0] } }
    var inverse = [Int64](repeating: 0, count: slices.count)
    for (number, group) in groups.enumerated() {
      for index in group { inverse[index] = Int64(number) }
    }
    return [
      source.taking(groups.map { $0[0] }, along: axis),
      Tensor(groups.map { Int64($0[0]) }, shape: [groups.count]),
      Tensor(inverse, shape: [inverse.count]),
      Tensor(groups.map { Int64($0.count) }, shape: [groups.count]),
    ]
  }

  /// The elements at each index of an axis, as doubles: exact for all but the largest of 64 bits.
  private static func slices(of x: Tensor, along axis: Int) -> [[Double]] {
    let values = x.integers?.map(Double.init) ?? x.array(of: Float.self).map(Double.init)
    let loop = AxisLoop(x.shape, axis: axis)
    return (0..<loop.length).map { i in
      (0..<loop.outer).flatMap { o in
        (0..<loop.inner).map { n in values[(o * loop.length + i) * loop.inner + n] }
      }
    }
  }
}
