/// A transformation of a graph into one that computes the same outputs, and the same values of `keeping`.
typealias Rewrite = @Sendable (_ graph: Graph, _ keeping: Set<ValueID>) -> Graph

/// What a program does to its graph, in this order. To add a rewrite: a file beside this one, and a line here.
enum StandardRewrites {
  static let all: [Rewrite] = [
    { $0.removingIdentities(keeping: $1) },
    { $0.foldingBatchNormalization(keeping: $1) },
    { $0.fusingGelu(keeping: $1) },
    { $0.fusingQuantizeDequantize(keeping: $1) },
    { $0.foldingPads(keeping: $1) },
    { $0.removingRepeatedRounding(keeping: $1) },
    { $0.fusingActivations(keeping: $1) },
    { $0.blockingChannels(keeping: $1) },
    { $0.fusingChannelShuffles(keeping: $1) },
    { $0.fusingResiduals(keeping: $1) },
    { $0.packingMatrixProducts(keeping: $1) },
    { $0.fusingRounding(keeping: $1) },
  ]
}

extension Graph {
  /// Values that must exist as the model defines them: outputs and what somebody observes.
  func fixedValues(_ keeping: Set<ValueID>) -> Set<ValueID> { keeping.union(outputs) }

  /// The one node that reads `id`, where exactly one does and nobody else needs the value.
  func soleConsumer(
    of id: ValueID, _ consumers: [ValueID: [Int]], fixed: Set<ValueID>
  ) -> Int? {
    guard !fixed.contains(id), let readers = consumers[id], readers.count == 1 else { return nil }
    return readers[0]
  }
}
