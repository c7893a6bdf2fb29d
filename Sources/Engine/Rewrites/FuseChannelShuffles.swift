extension Graph {
  /// Replaces Reshape, Transpose, Reshape between blocked tensors that only regroup channels by one operator, so that
  /// nothing leaves the blocked layout.
  func fusingChannelShuffles(keeping: Set<ValueName>) -> Graph {
    var graph = self
    let producers = producers()
    for (index, block) in nodes.enumerated()
    where block.own is BlockChannels || block.own is BlockCodes {
      func producer(of node: Node?) -> Node? {
        (node?.inputs.first ?? nil).flatMap { producers[$0] }.map { nodes[$0] }
      }
      let join = producer(of: block)
      let swap = producer(of: join)
      let split = producer(of: swap)
      let unblock = producer(of: split)
      guard let join, let swap, let split, let unblock,
        let shuffle = shuffle(split, swap, join),
        unblock.unblocks(shuffle.channels)
      else { continue }
      graph.nodes[index] = block.replaced(by: shuffle, reading: [unblock.input(0)])
    }
    return graph
  }

  /// N × C × H × W to N × G × n × H × W, axes 1 and 2 exchanged, and back.
  private func shuffle(_ split: Node, _ swap: Node, _ join: Node) -> ChannelShuffle? {
    guard swap.is("Transpose"), (try? swap.attributes.ints("perm")) == [0, 2, 1, 3, 4],
      let parts = reshapeTarget(split), parts.count == 5, parts[1] > 0, parts[2] > 0,
      let whole = reshapeTarget(join), whole.count == 4, whole[0] == parts[0],
      whole[1] == parts[1] * parts[2], Array(whole[2...]) == Array(parts[3...]), whole[2] > 0,
      whole[3] > 0
    else { return nil }
    return ChannelShuffle(
      groups: parts[1], channels: whole[1], height: whole[2], width: whole[3])
  }

  private func reshapeTarget(_ node: Node) -> [Int]? {
    guard node.is("Reshape"), node.inputs.count == 2,
      (try? node.attributes.flag("allowzero")) == false
    else { return nil }
    return constant(node.input(1))?.integers
  }
}

extension Node {
  fileprivate func unblocks(_ channels: Int) -> Bool {
    own(as: UnblockChannels.self)?.channels == channels
      || own(as: UnblockCodes.self)?.channels == channels
  }
}
