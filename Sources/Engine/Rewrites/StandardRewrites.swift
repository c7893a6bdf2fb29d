/// A transformation of a graph into one that computes the same outputs, and the same values of `keeping`.
typealias Rewrite =
  @Sendable (
    _ graph: Graph, _ keeping: Set<ValueName>, _ traits: (Node) -> OperatorTraits
  ) -> Graph

/// What a program does to its graph, in this order. To add a rewrite: a file beside this one, and a line here.
enum StandardRewrites {
  static let all: [Rewrite] = [
    { graph, keeping, _ in graph.removingIdentities(keeping: keeping) },
    { $0.foldingBatchNormalization(keeping: $1, into: ["Conv"], traits: $2) },
    { graph, keeping, _ in graph.fusingGelu(keeping: keeping) },
    { graph, keeping, _ in graph.fusingQuantizeDequantize(keeping: keeping) },
    { graph, keeping, _ in graph.foldingPads(keeping: keeping) },
    { graph, keeping, _ in graph.removingRepeatedRounding(keeping: keeping) },
    { $0.fusingActivations(keeping: $1, traits: $2) },
    { $0.blockingChannels(keeping: $1, traits: $2) },
    { graph, keeping, _ in graph.fusingChannelShuffles(keeping: keeping) },
    { graph, keeping, _ in graph.fusingResiduals(keeping: keeping) },
    { graph, keeping, _ in graph.fusingQuantizers(keeping: keeping) },
    { graph, keeping, _ in graph.packingMatrixProducts(keeping: keeping) },
    { $0.fusingRounding(keeping: $1, traits: $2) },
  ]
}

extension Graph {
  /// Values that must exist as the model defines them: outputs and what somebody observes.
  func fixedValues(_ keeping: Set<ValueName>) -> Set<ValueName> { keeping.union(outputs) }

  /// The one node that reads a value, where exactly one does and nobody else needs the value.
  func soleConsumer(
    of name: ValueName, _ consumers: [ValueName: [Int]], fixed: Set<ValueName>
  ) -> Int? {
    guard !fixed.contains(name), let readers = consumers[name], readers.count == 1 else {
      return nil
    }
    return readers[0]
  }

  /// The last of the nodes that fit and whose result the node at `index` alone reads: of two, the later can read what the
  /// earlier computes.
  func lastProducer(
    readOnlyBy index: Int, _ producers: [ValueName: Int], _ consumers: [ValueName: [Int]],
    fixed: Set<ValueName>, where fits: (Int) -> Bool
  ) -> Int? {
    nodes[index].read.compactMap { producers[$0] }.filter(fits).filter { producer in
      nodes[producer].output.map {
        soleConsumer(of: $0, consumers, fixed: fixed) == index
      } ?? false
    }.max()
  }
}
