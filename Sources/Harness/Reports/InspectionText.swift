extension LayerInspection {
  /// Layers that the text shows; JSON has them all.
  private static let listed = 20

  /// Whether the outputs are one row of class scores.
  private var areScores: Bool { task == .classification }

  /// The inspection for people.
  public var text: String {
    var lines = [
      advice, "",
      "\(quantizedModel) against \(model): \(ReportText.count(layers.count, "layer")), ranked on "
        + "\(ReportText.count(sampleCount, "image"))"
        + (hardware == .exact ? "" : ", computed as on \(hardware.description)"),
      "\(measureName) \(MetricText.value(float.metric)) % in float, "
        + "\(MetricText.value(rounded.metric)) % quantized: change \(MetricText.change(loss)) points",
    ]
    lines += rounded.outputs.map { "  \($0.title): SQNR \(Self.decibels($0.sqnr)) dB" }
    lines += [""] + legendLines + ["", Self.row(titles)]
    lines += layers.prefix(Self.listed).map { Self.row(cells(of: $0)) }
    if layers.count > Self.listed { lines.append("… \(layers.count - Self.listed) more layers") }
    lines += suggestionLines + notes.map { "note: \($0)" }
    return lines.map(Escaping.terminal).joined(separator: "\n")
  }

  /// What to do about it, in a sentence.
  var advice: String {
    guard let suggestion else {
      let isLossless = rounded.drop(from: float) < rounded.measure.leastLoss
      return isLossless
        ? "Nothing to do: nothing is lost on these images."
        : "Nothing to exclude: no layers with up to a quarter of the weights were found whose return to float wins anything "
          + "back; other bits or methods may."
    }
    let changes = Self.changes(suggestion)
    let images = ReportText.count(suggestion.count, "image")
    return
      "\(changes.prefix(1).uppercased() + changes.dropFirst()), +\(ReportText.bytes(suggestion.bytes)): "
      + "\(measureName) \(MetricText.change(suggestion.before)) becomes \(MetricText.change(suggestion.after)) points on "
      + "\(images)\(suggestion.isHeldOut ? " that it was not chosen on" : "")."
  }

  var titles: [String] {
    [
      "layer", "bits", "alone dB", "so far", areScores ? "logits" : "output", "only it", "kept",
      "in float",
    ]
  }

  var legendLines: [String] {
    [
      "alone, so far: SQNR at the layer's output, rounded alone and in the quantized model.",
      areScores
        ? "logits: SQNR of the scores with only this layer rounded, which layers are ordered by; only it: the change that "
          + "makes, points."
        : "output: SQNR of the outputs' part that is farthest off with only this layer rounded, which layers are ordered "
          + "by; only it: the change that makes, points.",
      "kept: points won by keeping it in float; in float: what that adds to the file.",
    ]
  }

  func cells(of layer: Layer) -> [String] {
    [
      layer.name, layer.bits.map(String.init) ?? "–", Self.decibels(layer.isolated.both),
      Self.decibels(layer.cumulative.both), Self.decibels(layer.oneIn.decibels),
      Self.points(layer.oneIn.difference(to: float)),
      Self.points(layer.leftOut.difference(to: rounded)),
      "+" + ReportText.bytes(layer.bytesInFloat),
    ]
  }

  /// What is won or lost of the metric.
  static func points(_ difference: Double?) -> String {
    difference.map { ReportText.points($0) } ?? "–"
  }

  static func decibels(_ value: Double?) -> String {
    value.map { ReportText.fixed($0, 1) } ?? "–"
  }

  private static let widths = [27, 4, 8, 6, 6, 7, 6, 8]

  private static func row(_ cells: [String]) -> String {
    zip(cells, widths).enumerated().map { index, column in
      let (cell, width) = column
      let short = cell.count > width ? "…" + cell.suffix(width - 1) : cell
      let padding = String(repeating: " ", count: width - short.count)
      return index == 0 ? short + padding : padding + short
    }.joined(separator: " ")
  }

  var suggestionLines: [String] {
    guard let suggestion else { return [] }
    let recovered = suggestion.recovered.map {
      ", \(ReportText.percent($0, decimals: 0)) % won back"
    }
    return [
      "",
      "Suggested for quantize, calibrate and compare\(recovered ?? ""):",
      "",
      suggestion.flags,
    ]
  }

  private static func changes(_ suggestion: LayerSuggestion) -> String {
    var changes: [String] = []
    if !suggestion.floats.isEmpty {
      changes.append(
        "keep \(ReportText.count(suggestion.floats.count, "layer")) in float "
          + "(\(ReportText.percent(suggestion.weightShare, decimals: 1)) % of the weights)")
    }
    if !suggestion.eightBits.isEmpty {
      changes.append("give \(ReportText.count(suggestion.eightBits.count, "layer")) 8 bits")
    }
    return changes.joined(separator: " and ")
  }

  /// The inspection for scripts, with a newline at the end.
  ///
  /// - Parameter all: the inspections on every hardware asked for, of which this is the worst.
  public func json(among all: [LayerInspection] = []) -> String {
    let facts: [JSONValue.Member] = [
      .init("model", model),
      .init("quantized", quantizedModel),
      .init("count", imageCount),
      .init("sampleCount", sampleCount),
      .init("labelled", .bool(isLabelled)),
    ]
    let named: [JSONValue.Member] =
      areScores
      ? [] : [.init("task", task.rawValue), .init("metricName", float.measure.kind.name)]
    let results: [JSONValue.Member] = [
      .init(keys.float, float.metric),
      .init(keys.quantized, rounded.metric),
      .init("layers", .array(layers.map(json))),
      .init("suggestion", suggestion.map(Self.json) ?? .null),
      .init("notes", notes),
      .init("provenance", provenance?.json ?? .null),
      .init(
        "hardware",
        .object((all.isEmpty ? [self] : all).map { .init($0.hardware.rawValue, $0.effect) })),
    ]
    return JSONValue.object(facts + named + results).text
  }

  /// Names of what was measured, of the same quantized, and of the SQNR of outputs.
  private var keys: (float: String, quantized: String, sqnr: String) {
    areScores ? ("top1", "quantizedTop1", "logitSQNR") : ("metric", "quantizedMetric", "sqnr")
  }

  private var effect: JSONValue {
    .object(
      [
        .init(keys.quantized, rounded.metric), .init("drop", float.difference(to: rounded)),
        .init("dropInterval", loss.interval), .init(keys.sqnr, rounded.decibels),
      ]
        + JSONValue.present(
          "outputs", rounded.outputs.isEmpty ? nil : .array(rounded.outputs.map(\.json))))
  }

  private func json(_ layer: Layer) -> JSONValue {
    .object([
      .init("name", layer.name),
      .init("opType", layer.opType),
      .init("weights", layer.weightCount),
      .init("bits", layer.bits),
      .init("isolatedSQNR", Self.json(layer.isolated)),
      .init("cumulativeSQNR", Self.json(layer.cumulative)),
      .init("oneIn", json(layer.oneIn)),
      .init("leftOut", json(layer.leftOut)),
      .init("bytesInFloat", layer.bytesInFloat),
      .init("weightErrors", layer.weights.map(Self.json) ?? .null),
      .init("activation", layer.activation.map(Self.json) ?? .null),
    ])
  }

  private static func json(_ decibels: Decibels) -> JSONValue {
    .object([
      .init("weights", decibels.weights), .init("activations", decibels.activations),
      .init("both", decibels.both),
    ])
  }

  /// Drop and SQNR of the outputs, against the float model.
  private func json(_ effect: VariantEffect) -> JSONValue {
    .object([
      .init("drop", float.difference(to: effect)), .init(keys.sqnr, effect.decibels),
    ])
  }

  private static func json(_ errors: WeightErrors) -> JSONValue {
    .object([
      .init("sqnr", errors.sqnr),
      .init("range", Interval(errors.range)),
      .init("zeroed", errors.zeroed),
      .init("wasted", errors.wasted),
      .init(
        "worstChannels",
        .array(
          errors.worstChannels.map {
            .object([.init("channel", $0.channel), .init("sqnr", $0.sqnr)])
          })),
    ])
  }

  private static func json(_ errors: ActivationErrors) -> JSONValue {
    .object([
      .init("range", Interval(errors.range)),
      .init("observed", Interval(errors.observed)),
      .init("clipped", errors.clipped),
      .init("zeroed", errors.zeroed),
      .init("wasted", errors.wasted),
    ])
  }

  private static func json(_ suggestion: LayerSuggestion) -> JSONValue {
    .object([
      .init("exclude", suggestion.floats),
      .init("layerBits", .object(suggestion.eightBits.map { .init($0, .int(8)) })),
      .init("flags", suggestion.flags),
      .init("weightShare", suggestion.weightShare),
      .init("bytes", suggestion.bytes),
      .init("count", suggestion.count),
      .init("heldOut", .bool(suggestion.isHeldOut)),
      .init("dropBefore", suggestion.before.drop),
      .init("dropBeforeInterval", suggestion.before.interval),
      .init("dropAfter", suggestion.after.drop),
      .init("dropAfterInterval", suggestion.after.interval),
      .init("recovered", suggestion.recovered),
    ])
  }
}

extension Interval {
  fileprivate init(_ range: ClosedRange<Float>) {
    self.init(Double(range.lowerBound), Double(range.upperBound))
  }
}
