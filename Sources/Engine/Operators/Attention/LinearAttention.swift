import Foundation

/// Attention as a recurrence over a matrix for each head that keys write and queries read.
/// https://onnx.ai/onnx/operators/onnx__LinearAttention.html
struct LinearAttention: PlannedOperator {
  static let opType = "LinearAttention"
  static let sinceVersion = 27

  private enum Rule: String {
    case linear, gated, delta
    case gatedDelta = "gated_delta"
  }

  private let heads: (query: Int, key: Int)
  private let scale: Float
  private let decays: Bool
  private let corrects: Bool

  init(_ node: Node) throws(GraphError) {
    heads = (
      try node.attributes.int("q_num_heads", default: 0),
      try node.attributes.int("kv_num_heads", default: 0)
    )
    scale = try node.attributes.float("scale", default: 0)
    let rule = try node.attributes.choice("update_rule", default: Rule.gatedDelta)
    decays = rule == .gated || rule == .gatedDelta
    corrects = rule == .delta || rule == .gatedDelta
    guard heads.key > 0, heads.query > 0, heads.query % heads.key == 0 else {
      throw .badAttribute(name: "q_num_heads", reason: "must be a multiple of kv_num_heads")
    }
  }

  private struct Plan {
    let query: AttentionLayout
    let key: AttentionLayout
    let value: AttentionLayout
  }

  private func plan(_ inputs: [Operand?]) throws(GraphError) -> Plan {
    let q = try inputs.requiredFloat(0, "query").shape
    let k = try inputs.requiredFloat(1, "key").shape
    let v = try inputs.requiredFloat(2, "value").shape
    let plan = Plan(
      query: try AttentionLayout(q, heads: heads.query, "query"),
      key: try AttentionLayout(k, heads: heads.key, "key"),
      value: try AttentionLayout(v, heads: heads.key, "value"))
    guard q.rank == 3, k.rank == 3, v.rank == 3, q[0] == k[0], k[0] == v[0], q[1] == k[1],
      k[1] == v[1], plan.query.size == plan.key.size
    else { throw .shapeMismatch(reason: "query \(q), key \(k) and value \(v) do not fit") }
    return plan
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let plan = try plan(inputs)
    let (batch, length) = (plan.query.batch, plan.query.length)
    let state = Shape([batch, heads.key, plan.key.size, plan.value.size])
    if let past = inputs.optional(3)?.type, past != TensorType(.float32, state) {
      throw .shapeMismatch(reason: "past_state \(past) is not \(state)")
    }
    let sizes = [
      (4, "decay", decays, [heads.key, heads.key * plan.key.size]),
      (5, "beta", corrects, [heads.key, 1]),
    ]
    for (index, name, isNeeded, widths) in sizes {
      guard isNeeded == (inputs.optional(index) != nil) else {
        throw .wrongInput(name: name, reason: isNeeded ? "is missing" : "is not read by this rule")
      }
      guard isNeeded else { continue }
      let shape = try inputs.requiredFloat(index, name).shape
      guard widths.contains(where: { shape.dims == [batch, length, $0] }) else {
        throw .shapeMismatch(reason: "\(name) \(shape) does not fit the heads")
      }
    }
    return [
      TensorType(.float32, [batch, length, heads.query * plan.value.size]),
      TensorType(.float32, state),
    ]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    PlannedRun(try plan(inputs), run)
  }

  private func run(_ call: OperatorCall, _ plan: Plan) {
    let state = call.outputs[1].floats
    state.update(repeating: 0)
    if let past = call.optionalInput(3) { call.outputs[1].bytes.copyMemory(from: past.bytes) }
    let size = plan.key.size * plan.value.size
    for batch in 0..<plan.query.batch {
      for head in 0..<heads.key {
        let first = (batch * heads.key + head) * size
        let matrix = UnsafeMutableBufferPointer(rebasing: state[first..<first + size])
        for step in 0..<plan.query.length {
          update(matrix, call, plan, batch, head, step)
          read(matrix, call, plan, batch, head, step)
        }
      }
    }
  }

  private func update(
    _ state: UnsafeMutableBufferPointer<Float>, _ call: OperatorCall, _ plan: Plan, _ batch: Int,
    _ head: Int, _ step: Int
  ) {
    let (rows, columns) = (plan.key.size, plan.value.size)
    let line = batch * plan.key.length + step
    let key = plan.key.start(batch: batch, head: head) + step * plan.key.rowStride
    let value = plan.value.start(batch: batch, head: head) + step * plan.value.rowStride
    let (k, v) = (call.input(1).floats, call.input(2).floats)
    if let decay = call.optionalInput(4) {
      let width = decay.shape[2]
      for row in 0..<rows {
        let index = width == heads.key ? head : head * rows + row
        let factor = exp(decay.floats[line * width + index])
        for column in 0..<columns { state[row * columns + column] *= factor }
      }
    }
    for column in 0..<columns {
      var written = v[value + column]
      if let beta = call.optionalInput(5) {
        let width = beta.shape[2]
        let known = (0..<rows).reduce(Float(0)) { $0 + state[$1 * columns + column] * k[key + $1] }
        written = beta.floats[line * width + (width == 1 ? 0 : head)] * (written - known)
      }
      for row in 0..<rows { state[row * columns + column] += k[key + row] * written }
    }
  }

  private func read(
    _ state: UnsafeMutableBufferPointer<Float>, _ call: OperatorCall, _ plan: Plan, _ batch: Int,
    _ head: Int, _ step: Int
  ) {
    let (rows, columns) = (plan.key.size, plan.value.size)
    let factor = scale == 0 ? 1 / Float(rows).squareRoot() : scale
    let share = heads.query / heads.key
    for reader in head * share..<(head + 1) * share {
      let query = plan.query.start(batch: batch, head: reader) + step * plan.query.rowStride
      let output = ((batch * plan.query.length + step) * heads.query + reader) * columns
      for column in 0..<columns {
        let total = (0..<rows).reduce(Float(0)) {
          $0 + call.input(0).floats[query + $1] * state[$1 * columns + column]
        }
        call.output.floats[output + column] = factor * total
      }
    }
  }
}
