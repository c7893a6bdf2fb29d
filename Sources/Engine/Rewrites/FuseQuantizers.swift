extension Graph {
  /// Lets a ScaleShift compute codes where a quantizer alone reads it, from codes where it reads dequantized ones, and from
  /// the parts of a tensor that was joined for it: the norms of networks whose layers read all that was computed before.
  func fusingQuantizers(keeping: Set<ValueName>) -> Graph {
    var graph = absorbingReaders(keeping: keeping) { reader, producer in
      guard let quantizer = reader.own(as: QuantizeCodes.self), producer.own is ScaleShift,
        producer.rounding == nil
      else { return false }
      let own = ScaleToCodes(
        sources: [nil], activation: producer.activation, output: quantizer.grid)
      producer = producer.replaced(by: own, reading: producer.inputs)
      producer.activation = .identity
      return true
    }
    let producers = graph.producers()
    for index in graph.nodes.indices { graph.readSources(index, producers) }
    return graph
  }

  /// What a blocked value is joined of, where each part has blocks of its own.
  private func parts(of name: ValueName?, _ producers: [ValueName: Int]) -> [ValueName?] {
    guard let producer = name.flatMap({ producers[$0] }),
      let concat = nodes[producer].own(as: BlockedConcat.self),
      concat.channels.dropLast().allSatisfy({ $0 % ChannelBlocks.lanes == 0 })
    else { return [name] }
    return nodes[producer].inputs.flatMap { parts(of: $0, producers) }
  }

  private mutating func readSources(_ index: Int, _ producers: [ValueName: Int]) {
    guard var own = nodes[index].own(as: ScaleToCodes.self) else { return }
    let read = nodes[index].inputs
    var inputs: [ValueName?] = []
    own.sources = parts(of: read[0], producers).map { part in
      let producer = part.flatMap { producers[$0] }.map { nodes[$0] }
      let grid = producer?.own(as: DequantizeCodes.self)?.grid
      inputs.append(grid == nil ? part : producer?.inputs[0])
      return grid
    }
    nodes[index] = nodes[index].replaced(by: own, reading: inputs + read.dropFirst())
  }
}
