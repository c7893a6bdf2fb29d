/// The rules of operators on codes, all of which compute on blocked tensors.
extension ChannelBlocking {
  static let rulesOfCodes: [Rule] = [
    { $0.convolutionOfCodes($1) }, { $0.combinedCodes($1) }, { $0.poolOfCodes($1) },
    { $0.concatOfCodes($1) },
  ]

  private mutating func convolutionOfCodes(_ node: Node) -> (Node, Int)? {
    guard var conv = node.own(as: CodeConv.self), let input = node.input(0),
      let weights = graph.constant(node.input(1))
    else { return nil }
    let channels = weights.shape[1] * conv.group
    let fits = twin(input).map { $0.channels == channels } ?? true
    // An image's few channels would leave most lanes empty.
    conv.readsBlocked = fits && (channels > 4 || conv.group > 1)
    var inputs = node.inputs
    if conv.readsBlocked {
      inputs[0] = provideBlocked(input, channels: channels, asCodes: true)
    } else {
      provideDense(input)
    }
    if let added = node.input(4) {
      inputs[4] = provideBlocked(added, channels: weights.shape[0], asCodes: true)
    }
    return (node.replaced(by: conv, reading: inputs), weights.shape[0])
  }

  private func combinedCodes(_ node: Node) -> (Node, Int)? {
    guard node.own is CombineCodes, let a = twin(node.input(0)), let b = twin(node.input(1)),
      a.channels == b.channels
    else { return nil }
    var blocked = node
    blocked.inputs = [a.id, b.id]
    return (blocked, a.channels)
  }

  private func poolOfCodes(_ node: Node) -> (Node, Int)? {
    guard let twin = twin(node.input(0)) else { return nil }
    var blocked = node
    blocked.inputs = [twin.id]
    if var pool = node.own(as: GlobalAveragePoolCodes.self) {
      pool.channels = twin.channels
      blocked.own = pool
      return (blocked, 0)
    }
    guard node.own is MaxPoolCodes || node.own is AveragePoolCodes else { return nil }
    return (blocked, twin.channels)
  }

  private func concatOfCodes(_ node: Node) -> (Node, Int)? {
    let inputs = node.inputs.compactMap { twin($0) }
    guard var concat = node.own(as: ConcatCodes.self), inputs.count == node.inputs.count else {
      return nil
    }
    concat.channels = inputs.map(\.channels)
    return (
      node.replaced(by: concat, reading: inputs.map(\.id)), concat.channels.reduce(0, +)
    )
  }
}
