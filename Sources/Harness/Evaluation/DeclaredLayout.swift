import CalibrantONNXFormat

extension ImageInput.Layout {
  /// As the command line has it.
  public init?(named name: String) {
    switch name {
    case "nchw": self = .channelsFirst
    case "nhwc": self = .channelsLast
    default: return nil
    }
  }

  var name: String { self == .channelsFirst ? "nchw" : "nhwc" }
}

extension Model {
  /// Writes into the image input's shape where its channels are, so that whatever reads the model, or a file made of it, finds
  /// them there. Three where the shape leaves open how many.
  ///
  /// - Throws: `HarnessError.badOption` where that axis is no channels, or the model does not read one image.
  mutating func declare(_ layout: ImageInput.Layout) throws(HarnessError) {
    let constants = Set(graph.initializers.map(\.name))
    let read = graph.inputs.indices.filter { !constants.contains(graph.inputs[$0].name) }
    guard read.count == 1 else {
      throw .badOption(
        "--layout \(layout.name) is of one image, but the model has \(read.count) inputs")
    }
    let input = graph.inputs[read[0]]
    var dims = input.dimensions ?? [Dimension](repeating: .unknown, count: 4)
    let isFirst = layout == .channelsFirst
    guard (3...4).contains(dims.count), let type = input.elementType,
      case let channels = dims[isFirst ? dims.count - 3 : dims.count - 1].size ?? 3,
      (1...4).contains(channels)
    else {
      let shape = dims.map(\.description).joined(separator: " × ")
      throw .badOption(
        "--layout \(layout.name) cannot be: the input '\(input.name)' has shape \(shape)")
    }
    dims[isFirst ? dims.count - 3 : dims.count - 1] = .fixed(channels)
    // A height of three rows would be taken for channels.
    let other = dims.count - 3
    if !isFirst, let rows = dims[other].size, rows <= 4 { dims[other] = .unknown }
    graph.inputs[read[0]] = ModelValue(name: input.name, elementType: type, dimensions: dims)
  }
}
