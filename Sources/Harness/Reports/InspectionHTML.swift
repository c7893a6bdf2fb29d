extension LayerInspection {
  /// What is drawn on a page in place of tables that fit a comment.
  var drawings: [ReportBlock] {
    [
      .drawn { errorsHTML },
      .drawn { "<h2>All layers, the most damaging first</h2>" },
      .onPage(.legend([legend])),
      .drawn {
        HTMLTable.scrolling("What each layer's rounding does", titles: columns, rows: rows)
      },
      .drawn { "<h2>Histograms</h2>" },
      .onPage(
        .legend([
          "Vertical lines are the ends of the range that codes cover. Heights grow with the square "
            + "root of the count."
        ])),
      .drawn { layers.map(histogramsHTML).filter { !$0.isEmpty }.joined(separator: "\n") },
    ]
  }

  static let sheet = """
    svg .bars { fill: var(--activation); }
    svg .chosen { stroke: var(--fail); stroke-width: 2; stroke-dasharray: 6 3; }
    pre { background: var(--card); padding: 12px 16px; border-radius: 4px; white-space: pre-wrap;
      overflow-wrap: anywhere; font-size: .8125rem; }
    summary { overflow-wrap: anywhere; }
    details { margin-top: 10px; }
    """

  private var legend: String {
    let outputs =
      task == .classification
      ? "Scores: SQNR of the scores" : "Outputs: SQNR of the outputs' part that is farthest off"
    return
      "SQNR in dB at the layer's output, with its weights (w), its input (a) or both rounded: alone, and in "
      + "the quantized model. \(outputs) with only this layer rounded, which layers are ordered by. Only it: the "
      + "change that makes, minus is worse. Kept: what keeping it in float wins, in points. Zeroed: weights that became zero. Unused: "
      + "what of the weights' range a channel leaves free, on average. Clipped, wasted: values outside of the "
      + "input's range, and the part of it that no value reached. Worst channels: those of lowest SQNR."
  }

  private var errorsHTML: String {
    """
    <h2>Where the error comes from</h2>
    <p class="keys"><span class="key"><span class="dot activation-based"></span>the \(outputsName), only this layer \
    rounded</span> <span class="key"><span class="dot weight-based"></span>the layer's own output, in the quantized \
    model</span></p>
    <div class="charts">
    <figure><figcaption>SQNR of the \(outputsName), the most damaging layer first</figcaption>
    \(LayerErrorChart.svg(layers))
    </figure>
    </div>
    """
  }

  private var outputsName: String { task == .classification ? "scores" : "outputs" }

  private var columns: [String] {
    [
      "layer", "bits", "alone w", "alone a", "alone", "so far w", "so far a", "so far",
      outputsName, "only it", "kept", "in float", "zeroed %", "unused %", "clipped %", "wasted %",
      "worst channels (dB)",
    ]
  }

  private var rows: [[String]] {
    layers.map { layer in
      let decibels = [layer.isolated, layer.cumulative].flatMap {
        [$0.weights, $0.activations, $0.both]
      }
      let shares = [
        layer.weights?.zeroed, layer.weights?.wasted, layer.activation?.clipped,
        layer.activation?.wasted,
      ]
      let worst = (layer.weights?.worstChannels ?? []).map {
        "\($0.channel) (\(ReportText.fixed($0.sqnr, 1)))"
      }
      return ["\(layer.name) (\(layer.opType))", layer.bits.map(String.init) ?? "–"]
        + (decibels + [layer.oneIn.decibels]).map(Self.decibels)
        + [
          Self.points(layer.oneIn.difference(to: float)),
          Self.points(layer.leftOut.difference(to: rounded)),
          "+" + ReportText.bytes(layer.bytesInFloat),
        ] + shares.map { $0.map { ReportText.percent($0) } ?? "–" } + [
          worst.joined(separator: ", ")
        ]
    }
  }

  private func histogramsHTML(_ layer: Layer) -> String {
    var figures: [String] = []
    if let weights = layer.weights {
      figures.append(
        Self.figure(
          "Weights; \(ReportText.percent(weights.zeroed)) % became zero",
          HistogramChart.svg(
            weights.histogram, range: weights.range, label: "Weights of \(layer.name)")))
    }
    if let activation = layer.activation {
      figures.append(
        Self.figure(
          "Input; \(ReportText.percent(activation.clipped)) % clipped, "
            + "\(ReportText.percent(activation.zeroed)) % became zero",
          HistogramChart.svg(
            activation.histogram, range: activation.range, label: "Input of \(layer.name)")))
    }
    guard !figures.isEmpty else { return "" }
    return "<details><summary>\(Escaping.html(layer.name))</summary>\n<div class=\"charts\">\n"
      + figures.joined(separator: "\n") + "\n</div></details>"
  }

  private static func figure(_ caption: String, _ chart: String) -> String {
    "<figure><figcaption>\(Escaping.html(caption))</figcaption>\n\(chart)\n</figure>"
  }
}
