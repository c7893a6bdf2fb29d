import Foundation
import CalibrantLinearAlgebra

/// softmax(Q · Kᵀ · scale + mask) · V for each head, with cached keys and values. https://onnx.ai/onnx/operators/onnx__Attention.html
struct Attention: PlannedOperator, MultiplyAccumulating {
  static let opType = "Attention"
  static let sinceVersion = 23

  private let heads: (query: Int?, key: Int?)
  private let isCausal: Bool
  private let scale: Float?
  private let softcap: Float
  private let window: (left: Int, right: Int)
  /// What the fourth output shows: products, after the cap, with the mask, or after the softmax.
  private let outputMode: Int
  private let outputCount: Int

  init(_ node: Node) throws(GraphError) {
    let attributes = node.attributes
    heads = (try attributes.int("q_num_heads"), try attributes.int("kv_num_heads"))
    isCausal = try attributes.flag("is_causal")
    scale = try attributes.float("scale")
    softcap = try attributes.float("softcap", default: 0)
    window = (
      try attributes.int("left_window_size", default: -1),
      try attributes.int("right_window_size", default: -1)
    )
    outputMode = try attributes.int("qk_matmul_output_mode", default: 0)
    outputCount = max(1, min(4, node.outputs.count))
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let q = try inputs.requiredFloat(0, "Q").shape
    let plan = try plan(inputs)
    try plan.checkCaches(inputs)
    try plan.checkMask(inputs)
    try MemoryLimit.checkScratch([2, plan.query.length, plan.keys])
    let y =
      q.rank == 4
      ? [plan.query.batch, plan.query.heads, plan.query.length, plan.value.size]
      : [plan.query.batch, plan.query.length, plan.query.heads * plan.value.size]
    let shapes: [[Int]] = [
      y, [plan.key.batch, plan.key.heads, plan.keys, plan.key.size],
      [plan.key.batch, plan.key.heads, plan.keys, plan.value.size],
      [plan.query.batch, plan.query.heads, plan.query.length, plan.keys],
    ]
    return shapes.prefix(outputCount).map { TensorType(.float32, Shape($0)) }
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    PlannedRun(try plan(inputs), run)
  }

  private func plan(_ inputs: [Operand?]) throws(GraphError) -> AttentionPlan {
    try AttentionPlan(
      inputs.requiredFloat(0, "Q").shape, inputs.requiredFloat(1, "K").shape,
      inputs.requiredFloat(2, "V").shape, past: AttentionPlan.pastShape(inputs), heads: heads)
  }

  private func run(_ call: OperatorCall, _ plan: AttentionPlan) {
    let (k, v, past) = (call.input(1), call.input(2), call.optionalInput(4))
    let keys = joined(past, k, plan.key, plan.past)
    let values = joined(call.optionalInput(5), v, plan.value, plan.past)
    for (index, cache) in [(1, keys), (2, values)] where index < outputCount {
      _ = call.outputs[index].floats.update(fromContentsOf: cache)
    }
    // Numbers that no sequence has are as good as the nearest one that arithmetic bears.
    let counts = call.optionalInput(6)?.copied().integers?.map { min(max($0, -1 << 32), 1 << 32) }
    let offsets = (0..<plan.query.batch).map { batch in
      past == nil ? counts.map { $0[batch] - plan.query.length } ?? 0 : plan.past
    }
    let mask = AttentionMask(
      mask: call.optionalInput(3), isCausal: isCausal, window: window, offsets: offsets,
      keyCounts: counts)
    keys.withUnsafeBufferPointer { keys in
      values.withUnsafeBufferPointer { values in attend(call, plan, mask, keys, values) }
    }
  }

  /// Cached rows, then new ones, as B × heads × length × size.
  private func joined(
    _ past: TensorView?, _ new: TensorView, _ layout: AttentionLayout, _ pastLength: Int
  ) -> [Float] {
    var all: [Float] = []
    all.reserveCapacity((past?.count ?? 0) + new.count)
    for batch in 0..<layout.batch {
      for head in 0..<layout.heads {
        if let past {
          let size = pastLength * layout.size
          all +=
            past.floats[
              (batch * layout.heads + head) * size..<(batch * layout.heads + head + 1) * size]
        }
        let start = layout.start(batch: batch, head: head)
        for row in 0..<layout.length {
          let first = start + row * layout.rowStride
          all += new.floats[first..<first + layout.size]
        }
      }
    }
    return all
  }

  private func attend(
    _ call: OperatorCall, _ plan: AttentionPlan, _ mask: AttentionMask,
    _ keys: UnsafeBufferPointer<Float>,
    _ values: UnsafeBufferPointer<Float>
  ) {
    let (queries, count) = (plan.query.length, plan.keys)
    let scores = call.scratch.floats(2 * queries * count)
    let bias = scores + queries * count
    // The scores of a packed output's heads lie between those of others.
    let isPacked = call.output.shape.rank == 3
    let stride = isPacked ? plan.query.heads * plan.value.size : plan.value.size
    guard let q = call.input(0).floats.baseAddress, let y = call.output.floats.baseAddress else {
      return
    }
    for batch in 0..<plan.query.batch {
      for head in 0..<plan.query.heads {
        let cache = batch * plan.key.heads + head / plan.share
        mask.write(batch: batch, head: head, queries: queries, keys: count, into: bias)
        if let keys = keys.baseAddress {
          gemm(
            m: queries, n: count, k: plan.query.size,
            alpha: scale ?? 1 / Float(plan.query.size).squareRoot(),
            MatrixOperand(
              q + plan.query.start(batch: batch, head: head), stride: plan.query.rowStride),
            MatrixOperand(
              keys + cache * count * plan.key.size, stride: plan.key.size, isTransposed: true),
            into: scores, stride: count)
        }
        let shown = outputCount > 3 ? call.outputs[3].floats.baseAddress : nil
        weigh(
          scores, bias, queries, count,
          showing: shown.map { $0 + (batch * plan.query.heads + head) * queries * count })
        let start =
          isPacked
          ? batch * queries * stride + head * plan.value.size
          : (batch * plan.query.heads + head) * queries * stride
        guard let values = values.baseAddress else { continue }
        gemm(
          m: queries, n: plan.value.size, k: count, MatrixOperand(scores, stride: count),
          MatrixOperand(values + cache * count * plan.value.size, stride: plan.value.size),
          into: y + start, stride: stride)
      }
    }
  }

  /// Products become weights: the cap, the mask, the softmax. A query that sees no key weighs all with 0.
  private func weigh(
    _ scores: UnsafeMutablePointer<Float>, _ bias: UnsafePointer<Float>, _ queries: Int,
    _ keys: Int, showing shown: UnsafeMutablePointer<Float>?
  ) {
    let count = queries * keys
    func show(_ mode: Int) {
      if outputMode == mode { shown?.update(from: scores, count: count) }
    }
    show(0)
    if softcap > 0 {
      for i in 0..<count { scores[i] = tanh(scores[i] / softcap) * softcap }
    }
    show(1)
    for i in 0..<count { scores[i] += bias[i] }
    show(2)
    for query in 0..<queries {
      let (row, rowBias) = (scores + query * keys, bias + query * keys)
      guard (0..<keys).contains(where: { rowBias[$0] > -.infinity }) else {
        row.update(repeating: 0, count: keys)
        continue
      }
      let largest = (0..<keys).reduce(-.infinity) { max($0, row[$1]) }
      for key in 0..<keys { row[key] = exponential(row[key] - largest) }
      let total = sum(UnsafeBufferPointer(start: row, count: keys))
      for key in 0..<keys { row[key] /= total }
    }
    show(3)
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    guard inputs.count > 2,
      let plan = try? AttentionPlan(
        inputs[0].shape, inputs[1].shape, inputs[2].shape, past: nil, heads: heads)
    else { return 0 }
    let pairs = plan.query.batch * plan.query.heads * plan.query.length * plan.keys
    return pairs * (plan.query.size + plan.value.size)
  }
}
