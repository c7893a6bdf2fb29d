/// The rules of operators on codes, all of which compute on blocked tensors.
extension ChannelBlocking {
  static let rulesOfCodes: [Rule] = [
    { $0.convolutionOfCodes($1) }, { $0.combinedCodes($1) }, { $0.poolOfCodes($1) },
    { $0.concatOfCodes($1) },
  ]

  private mutating func convolutionOfCodes(_ node: Node) -> (Node, Int)? {
    guard var conv = node.own(as: CodeConv.self), conv.isPlanar, let input = node.input(0),
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

  private mutating func combinedCodes(_ node: Node) -> (Node, Int)? {
    guard let channels = node.own(as: CombineCodes.self)?.channels else { return nil }
    var blocked = node
    blocked.inputs = node.read.map { blockedCodes($0, channels) }
    return (blocked, channels)
  }

  /// Codes of an image, or of a constant that broadcasts with it, blocked.
  private mutating func blockedCodes(_ id: ValueName, _ channels: Int) -> ValueName {
    guard let constant = graph.constant(id) else {
      return provideBlocked(id, channels: channels, asCodes: true)
    }
    let values = constant.array(of: UInt8.self)
    let blocks = ChannelBlocks.count(channels)
    let lanes = (0..<blocks * ChannelBlocks.lanes).map {
      values.count == 1 ? values[0] : $0 < values.count ? values[$0] : 0
    }
    return graph.add(
      "\(id) (blocked)",
      constant: Tensor(lanes, shape: [1, blocks, 1, 1, ChannelBlocks.lanes]))
  }

  private mutating func poolOfCodes(_ node: Node) -> (Node, Int)? {
    guard let input = node.input(0) else { return nil }
    let global = node.own(as: GlobalAveragePoolCodes.self)?.channels
    let channels =
      global ?? node.own(as: MaxPoolCodes.self)?.channels
      ?? node.own(as: AveragePoolCodes.self)?.channels
    guard let channels else { return nil }
    var blocked = node
    blocked.inputs = [provideBlocked(input, channels: channels, asCodes: true)]
    return (blocked, global == nil ? channels : 0)
  }

  private mutating func concatOfCodes(_ node: Node) -> (Node, Int)? {
    guard let channels = node.own(as: ConcatCodes.self)?.channels else { return nil }
    var blocked = node
    blocked.inputs = zip(node.read, channels).map {
      provideBlocked($0, channels: $1, asCodes: true)
    }
    return (blocked, channels.reduce(0, +))
  }
}
