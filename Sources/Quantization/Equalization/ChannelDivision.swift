import CalibrantEngine

/// A way to divide the channels of a value without another reader noticing: edits of what makes the value.
///
/// A constant that is there anyway takes the factors for nothing, as the 1/6 of a HardSwish that is spelled out, a norm's scale
/// and shift, or the weights of the layer before. Of a product x · g(pool(x)) the gate takes them, which has one element per
/// channel. Where nothing does, as behind x · sigmoid(x), whose branches both start at x, a Mul is added: but not where runtimes
/// compute the value on codes, which a Mul would keep them from.
struct ChannelDivision {
  /// What it costs at run time.
  enum Cost: Int, Comparable {
    case nothing
    /// A product of one element per channel.
    case gate
    /// A product of the whole value.
    case product

    static func < (a: Cost, b: Cost) -> Bool { a.rawValue < b.rawValue }
  }

  /// One step of it, on the node with this index.
  enum Edit {
    case divide(node: Int, input: Int)
    case multiply(node: Int, input: Int)
    /// The outputs of a layer.
    case weights(WeightedLayer)
    /// A Mul behind the value.
    case insert(ValueName)
  }

  private(set) var edits: [Edit]
  /// Values that hold something else afterwards, and so get another name.
  private(set) var changed: [ValueName]
  private(set) var cost: Cost
  /// Whether factors may be negative: not through what knows positive values from others.
  private(set) var mayTurn = true
}

extension ChannelDivision {
  /// The cheapest way to divide the value of a point; nil where it costs more than products.
  init?(of point: BalancePoint, in search: DivisionSearch) {
    if let found = search.absorption(of: point.value, for: point, readers: point.readers.count) {
      self = found
    } else if let cost = search.costOfProduct(behind: point.value) {
      self.init(edits: [.insert(point.value)], changed: [], cost: cost)
    } else {
      return nil
    }
  }

  fileprivate func adding(_ edits: [Edit], changing value: ValueName) -> ChannelDivision {
    ChannelDivision(
      edits: self.edits + edits, changed: changed + [value], cost: cost, mayTurn: mayTurn)
  }

  fileprivate var withoutTurns: ChannelDivision {
    ChannelDivision(edits: edits, changed: changed, cost: cost, mayTurn: false)
  }
}

/// Finds constants and layers that can take factors.
struct DivisionSearch {
  private let graph: Graph
  private let producers: [ValueName: Int]
  private let consumers: [ValueName: [Int]]

  init(_ graph: Graph) {
    self.graph = graph
    (producers, consumers) = (graph.producers(), graph.consumers())
  }

  private static let none = ChannelDivision(edits: [], changed: [], cost: .nothing)

  /// - Parameter readers: how many may read the value.
  /// - Returns: nil where only a Mul of the whole value would do.
  fileprivate func absorption(
    of value: ValueName, for point: BalancePoint, readers: Int = 1
  ) -> ChannelDivision? {
    guard consumers[value]?.count == readers, !graph.pinned.contains(value),
      let index = producers[value]
    else { return nil }
    let node = graph.nodes[index]
    guard node.domain.isEmpty, node.computed == [value] else { return nil }
    func passing(_ input: Int, _ edits: [ChannelDivision.Edit] = []) -> ChannelDivision? {
      guard let name = node.input(input), !graph.isConstant(name) else { return nil }
      return absorption(of: name, for: point)?.adding(edits, changing: value)
    }
    func taking(_ edits: [ChannelDivision.Edit]) -> ChannelDivision {
      Self.none.adding(edits, changing: value)
    }
    let constants = (0..<node.inputs.count).filter { takesFactors(node.input($0), point) }
    switch node.opType {
    case "Mul":
      if let input = constants.first { return taking([.divide(node: index, input: input)]) }
      return passing(0) ?? passing(1) ?? gate(of: node, for: point)?.adding([], changing: value)
    case "Div" where constants == [1]:
      return taking([.multiply(node: index, input: 1)])
    case "Add", "Sub":
      guard constants.count == 1 else { return nil }
      return passing(1 - constants[0], [.divide(node: index, input: constants[0])])
    case "LayerNormalization" where !point.isOfMaps:
      guard node.int("axis") ?? -1 == -1, constants.contains(1) else { return nil }
      guard node.input(2) == nil || constants.contains(2) else { return nil }
      return taking(constants.map { .divide(node: index, input: $0) })
    case "BatchNormalization" where point.isOfMaps:
      guard isVector(node.input(1), point), isVector(node.input(2), point) else { return nil }
      return taking([.divide(node: index, input: 1), .divide(node: index, input: 2)])
    case "AveragePool", "GlobalAveragePool":
      return passing(0)
    case "Relu", "LeakyRelu", "MaxPool", "GlobalMaxPool":
      return passing(0)?.withoutTurns
    default:
      return layer(index, point).map { taking([.weights($0)]) }
    }
  }

  /// Of a Mul that all who read a value read instead; nil where the value is computed on codes.
  fileprivate func costOfProduct(behind value: ValueName) -> ChannelDivision.Cost? {
    guard let index = producers[value] else { return nil }
    if isPooled(value) { return .gate }
    let node = graph.nodes[index]
    let isOfCodes =
      WeightedLayer(graph, index) != nil || !graph.integerOperands(node).isEmpty
      || node.is("Relu", "LeakyRelu", "Clip", "BatchNormalization")
    return isOfCodes ? nil : .product
  }

  /// A layer whose outputs are the point's channels, and whose constants nobody else reads.
  private func layer(_ index: Int, _ point: BalancePoint) -> WeightedLayer? {
    guard let layer = WeightedLayer(graph, index), layer.outputChannels == point.channels,
      point.isOfMaps == (layer.opType != "MatMul"),
      InputChannels(layer, graph.nodes[index]) != nil
    else { return nil }
    let owned = [layer.weight, layer.bias].compactMap(\.self)
    let isOwner = owned.allSatisfy {
      graph.isConstant($0) && consumers[$0]?.count == 1 && !graph.pinned.contains($0)
    }
    return isOwner && (layer.bias == nil || isVector(layer.bias, point)) ? layer : nil
  }

  /// The product with a gate that is one element per channel: the gate takes the factors.
  private func gate(of node: Node, for point: BalancePoint) -> ChannelDivision? {
    guard point.isOfMaps, point.trailing > 0 else { return nil }
    for input in node.read where isPooled(input) {
      if let free = absorption(of: input, for: point) { return free }
      if consumers[input]?.count == 1, !graph.pinned.contains(input) {
        return ChannelDivision(edits: [.insert(input)], changed: [], cost: .gate)
      }
    }
    return nil
  }

  /// Whether a value follows from what a pooling over whole maps leaves, by layers and elementwise operators.
  private func isPooled(_ value: ValueName) -> Bool {
    guard let node = producers[value].map({ graph.nodes[$0] }), node.domain.isEmpty else {
      return false
    }
    switch node.opType {
    case "GlobalAveragePool": return true
    case "ReduceMean":
      let axes = node.ints("axes") ?? (try? graph.integers(node.input(1))) ?? []
      return node.int("keepdims") ?? 1 == 1 && Set(axes).isSuperset(of: [2, 3])
        || node.int("keepdims") ?? 1 == 1 && Set(axes).isSuperset(of: [-1, -2])
    case "Conv", "BatchNormalization": return node.input(0).map(isPooled) ?? false
    case "Mul", "Add", "Sub", "Div":
      let values = node.read.filter { !graph.isConstant($0) }
      let constants = node.read.compactMap { graph.constants[$0] }
      // One value, or one per channel: C × 1 × 1.
      return !values.isEmpty && values.allSatisfy(isPooled)
        && constants.allSatisfy { $0.dims.isEmpty || $0.dims.last == 1 }
    default: return node.traits.isElementwise && (node.input(0).map(isPooled) ?? false)
    }
  }

  /// Whether a constant is one value for all channels, or one for each in the place where the point has them.
  private func takesFactors(_ name: ValueName?, _ point: BalancePoint) -> Bool {
    guard let constant = graph.constantValue(name), constant.elementType == .float32 else {
      return false
    }
    let dims = constant.dims
    if dims.allSatisfy({ $0 == 1 }) { return dims.count <= point.factorDims.count + 1 }
    return Array(dims.drop { $0 == 1 }) == point.factorDims
  }

  private func isVector(_ name: ValueName?, _ point: BalancePoint) -> Bool {
    guard let constant = graph.constantValue(name) else { return false }
    return constant.elementType == .float32 && constant.dims == [point.channels]
  }
}

extension Graph {
  /// Divides the channels of a point's value by factors and multiplies the weights that read them.
  mutating func divide(
    _ point: BalancePoint, by factors: [Double], _ division: ChannelDivision
  ) throws(QuantizationError) {
    var products: [ValueName] = []
    for edit in division.edits {
      switch edit {
      case .divide(let node, let input):
        try scale(node, input, point) { $1 / factors[$0] }
      case .multiply(let node, let input):
        try scale(node, input, point) { $1 * factors[$0] }
      case .weights(let layer):
        let layout = WeightLayout(shape: layer.shape, axis: layer.axis)
        try scale(layer.weight) { $1 / factors[$0 / layout.inner % layout.channels] }
        if let bias = layer.bias { try scale(bias) { $1 / factors[$0] } }
      case .insert(let value):
        products.append(value)
      }
    }
    for reader in point.readers {
      guard let channels = InputChannels(reader, nodes[reader.node]) else { continue }
      try scale(reader.weight) { $1 * factors[channels.ends(of: $0).input] }
    }
    rename(division.changed)
    // Last, for it moves nodes.
    for value in products { insertProduct(behind: value, factors.map { Float(1 / $0) }, point) }
  }

  /// A node's constant with an element per channel, under a name of its own where others read it too.
  private mutating func scale(
    _ node: Int, _ input: Int, _ point: BalancePoint,
    _ transform: (_ channel: Int, _ value: Double) -> Double
  ) throws(QuantizationError) {
    guard let name = nodes[node].input(input), let values = try floats(name),
      let dims = constants[name]?.dims
    else { return }
    let scaled = (0..<point.channels).map { channel in
      Float(transform(channel, Double(values[values.count == 1 ? 0 : channel])))
    }
    let isShared = nodes.reduce(0) { $0 + $1.inputs.filter { $0 == name }.count } > 1
    let own = isShared || pinned.contains(name) ? uniqueName(name + "_balanced") : name
    store(own, floats: scaled, dims: values.count == 1 ? point.factorDims : dims)
    nodes[node].inputs[input] = own
  }

  /// A Mul between a value and all that read it.
  private mutating func insertProduct(
    behind value: ValueName, _ factors: [Float], _ point: BalancePoint
  ) {
    guard let index = producers()[value] else { return }
    let constant = uniqueName(value + "_balance")
    let output = uniqueName(value + "_balanced")
    store(constant, floats: factors, dims: point.factorDims)
    redirect([value: output])
    let product = Node(
      "Mul", name: uniqueName(value + "_Balance"), inputs: [value, constant], outputs: [output])
    nodes.insert(product, at: index + 1)
  }

  private mutating func rename(_ values: [ValueName]) {
    for value in values {
      let renamed = uniqueName(value + "_balanced")
      redirect([value: renamed])
      guard let index = producers()[value] else { continue }
      nodes[index].outputs = nodes[index].outputs.map { $0 == value ? renamed : $0 }
    }
  }
}
