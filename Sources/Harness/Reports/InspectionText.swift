extension LayerInspection {
  /// Layers that the text shows; JSON has them all.
  private static let listed = 20

  private var measure: String { isLabelled ? "top-1" : "agreement with the original" }

  /// The inspection for people.
  public var text: String {
    let counts = rounded.counts(against: float)
    var lines = [
      "\(quantizedModel) against \(model): \(ReportText.count(layers.count, "layer")), ranked on "
        + "\(ReportText.count(sampleCount, "image"))"
        + (hardware == .exact ? "" : ", computed as on \(hardware.description)"),
      "\(measure) \(ReportText.percent(float.top1)) % in float, "
        + "\(ReportText.percent(rounded.top1)) % quantized: drop "
        + "\(ReportText.points(counts.drop)) points \(ReportText.points(Newcombe.interval(counts)))",
      "",
      Self.row(["layer", "bits", "alone dB", "so far", "logits", "only it", "kept", "in float"]),
    ]
    lines += layers.prefix(Self.listed).map { Self.row(cells(of: $0)) }
    if layers.count > Self.listed { lines.append("… \(layers.count - Self.listed) more layers") }
    lines += [
      "",
      "alone, so far: SQNR at the layer's output, rounded alone and in the quantized model.",
      "logits: SQNR of the scores with only this layer rounded; only it: the drop that makes, points.",
      "kept: points won by keeping it in float; in float: what that adds to the file.",
    ]
    lines += suggestionLines + notes.map { "note: \($0)" }
    return lines.map(Escaping.terminal).joined(separator: "\n")
  }

  private func cells(of layer: Layer) -> [String] {
    [
      layer.name, layer.bits.map(String.init) ?? "–", Self.decibels(layer.isolated.both),
      Self.decibels(layer.cumulative.both), Self.decibels(layer.oneIn.noise.decibels),
      ReportText.points(float.top1 - layer.oneIn.top1),
      ReportText.points(layer.leftOut.top1 - rounded.top1),
      "+" + ReportText.bytes(layer.bytesInFloat),
    ]
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
    guard let suggestion else {
      let isLossless = rounded.counts(against: float).drop <= 0
      return [
        "",
        isLossless
          ? "Nothing is lost on these images, so nothing is suggested."
          : "No layers with up to a quarter of the weights were found whose return to float wins anything back.",
      ]
    }
    let (before, after) = (suggestion.before, suggestion.after)
    let recovered = suggestion.recovered.map {
      ", \(ReportText.percent($0, decimals: 0)) % won back"
    }
    return [
      "",
      "Suggested: \(Self.changes(suggestion)), +\(ReportText.bytes(suggestion.bytes)).",
      "Measured on \(ReportText.count(before.total, "image"))"
        + "\(suggestion.isHeldOut ? " that it was not chosen on" : ""): drop "
        + "\(ReportText.points(before.drop)) \(ReportText.points(Newcombe.interval(before))) becomes "
        + "\(ReportText.points(after.drop)) \(ReportText.points(Newcombe.interval(after))) points"
        + (recovered ?? "") + ".",
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
    JSONValue.object([
      .init("model", model),
      .init("quantized", quantizedModel),
      .init("count", imageCount),
      .init("sampleCount", sampleCount),
      .init("labelled", .bool(isLabelled)),
      .init("top1", float.top1),
      .init("quantizedTop1", rounded.top1),
      .init("layers", .array(layers.map(json))),
      .init("suggestion", suggestion.map(Self.json) ?? .null),
      .init("notes", notes),
      .init(
        "hardware",
        .object((all.isEmpty ? [self] : all).map { .init($0.hardware.rawValue, $0.effect) })),
    ]).text
  }

  private var effect: JSONValue {
    .object([
      .init("quantizedTop1", rounded.top1), .init("drop", float.top1 - rounded.top1),
      .init("dropInterval", Newcombe.interval(rounded.counts(against: float))),
      .init("logitSQNR", rounded.noise.decibels),
    ])
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

  /// Drop and SQNR of the scores, against the float model.
  private func json(_ effect: VariantEffect) -> JSONValue {
    .object([
      .init("drop", float.top1 - effect.top1), .init("logitSQNR", effect.noise.decibels),
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
      .init("count", suggestion.before.total),
      .init("heldOut", .bool(suggestion.isHeldOut)),
      .init("dropBefore", suggestion.before.drop),
      .init("dropBeforeInterval", Newcombe.interval(suggestion.before)),
      .init("dropAfter", suggestion.after.drop),
      .init("dropAfterInterval", Newcombe.interval(suggestion.after)),
      .init("recovered", suggestion.recovered),
    ])
  }
}

extension Interval {
  fileprivate init(_ range: ClosedRange<Float>) {
    self.init(Double(range.lowerBound), Double(range.upperBound))
  }
}
