/// What the two losses over classes share: targets, weights, and how the losses of all places become one.
struct ClassLoss: Sendable {
  private enum Reduction: String {
    case none, sum, mean
  }

  private let reduction: Reduction
  private let ignored: Int?

  init(_ node: Node) throws(GraphError) {
    reduction = try node.attributes.choice("reduction", default: Reduction.mean)
    ignored = try node.attributes.int("ignore_index")
  }

  /// The loss's shape for scores N × C × …, targets N × … and weights C.
  func output(_ inputs: [Operand?]) throws(GraphError) -> TensorType {
    let scores = try inputs.requiredFloat(0, "input").shape
    let target = try inputs.requiredIndices(1, "target")
    guard scores.rank >= 2,
      target.dims == [scores[0]] + scores.dims.dropFirst(2)
    else { throw .shapeMismatch(reason: "targets \(target) do not match scores \(scores)") }
    if inputs.optional(2) != nil { try inputs.checkPerChannel(2, "weight", count: scores[1]) }
    return TensorType(.float32, reduction == .none ? target : [])
  }

  /// - Parameter logProbabilities: N × C × …, as the loss reads them.
  func run(_ call: OperatorCall, logProbabilities: UnsafeBufferPointer<Float>) throws(GraphError) {
    let shape = call.input(0).shape
    let (classes, plane) = (shape[1], shape.count(2...))
    let targets = call.input(1).copied().integers ?? []
    let weights = call.optionalInput(2)?.floats
    var (total, weightTotal) = (Float(0), Float(0))
    for (place, target) in targets.enumerated() {
      var (loss, weight) = (Float(0), Float(0))
      if target != ignored {
        let index = try resolve(index: target, size: classes, "target")
        let (sample, rest) = (place / plane, place % plane)
        weight = weights?[index] ?? 1
        loss = -weight * logProbabilities[(sample * classes + index) * plane + rest]
      }
      if reduction == .none { call.output.floats[place] = loss }
      total += loss
      weightTotal += weight
    }
    if reduction == .sum { call.output.floats[0] = total }
    if reduction == .mean { call.output.floats[0] = total / weightTotal }
  }
}
