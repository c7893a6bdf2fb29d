/// How many channels values have that are images, N × C × H × W, as far as inputs and convolutions with known weights tell.
struct ImageChannels {
  private var counts: [ValueName: Int] = [:]

  init(_ graph: Graph, traits: (Node) -> OperatorTraits) {
    let producers = graph.producers()
    /// The shape of weights, quantized or not.
    func shape(_ name: ValueName?) -> Shape? {
      if let constant = graph.constant(name) { return constant.shape }
      guard let index = name.flatMap({ producers[$0] }), graph.nodes[index].is("DequantizeLinear")
      else { return nil }
      return graph.constant(graph.nodes[index].input(0))?.shape
    }
    for input in graph.inputs {
      if let dims = input.dimensions, dims.count == 4, case .fixed(let channels) = dims[1] {
        counts[input.name] = channels
      }
    }
    for node in graph.nodes {
      guard let output = node.output else { continue }
      let read = node.inputs.map { $0.flatMap { counts[$0] } }
      switch node.opType {
      case "Conv": counts[output] = shape(node.input(1)).flatMap { $0.rank == 4 ? $0[0] : nil }
      case "Concat":
        let axis = try? node.attributes.int("axis")
        guard axis == 1 || axis == -3, !read.contains(nil) else { continue }
        counts[output] = read.reduce(0) { $0 + ($1 ?? 0) }
      case "Add", "Sub", "Mul", "Div":
        guard let channels = read.compactMap(\.self).first else { continue }
        let fits = zip(read, node.inputs).allSatisfy { count, name in
          count.map { $0 == channels } ?? shape(name)?.keepsImages(channels) ?? false
        }
        counts[output] = fits ? channels : nil
      case "MaxPool", "AveragePool", "GlobalAveragePool", "BatchNormalization", "QuantizeLinear",
        "DequantizeLinear":
        counts[output] = read.first ?? nil
      default:
        counts[output] = traits(node).isElementwise ? read.first ?? nil : nil
      }
    }
  }

  subscript(name: ValueName) -> Int? {
    get { counts[name] }
    set { counts[name] = newValue }
  }
}

extension Shape {
  /// Whether a constant of that shape has one value for each channel of an image.
  func isPerChannel(_ channels: Int) -> Bool {
    self == [channels, 1, 1] || self == [1, channels, 1, 1]
  }

  fileprivate func keepsImages(_ channels: Int) -> Bool {
    isPerChannel(channels) || (elementCount == 1 && rank <= 4)
  }
}
