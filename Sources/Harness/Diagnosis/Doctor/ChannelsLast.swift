import ONNXFormat

/// Models that read N × H × W × 3, as TensorFlow exports them.
enum ChannelsLast {
  /// The same model reading N × 3 × H × W; nil where it does not read channels last.
  static func withChannelsFirst(_ model: Model) -> Model? {
    let constants = Set(model.graph.initializers.map(\.name))
    let inputs = model.graph.inputs.filter { !constants.contains($0.name) }
    guard inputs.count == 1, let type = inputs[0].elementType, let dims = inputs[0].dimensions,
      dims.count == 4, dims[3].size == 3, dims[1].size != 3
    else { return nil }
    var model = model
    var graph = model.graph
    let name = inputs[0].name
    let first = ModelValue(
      name: "\(name)_channels_first", elementType: type,
      dimensions: [dims[0], dims[3], dims[1], dims[2]])
    graph.inputs = graph.inputs.map { $0.name == name ? first : $0 }
    let transpose = ModelNode(
      "Transpose", name: "\(name)_channels_last", inputs: [first.name], outputs: [name],
      attributes: ["perm": .ints([0, 2, 3, 1])])
    graph.nodes = [transpose] + graph.nodes
    model.graph = graph
    return model
  }
}
