import CalibrantQuantization

extension MadeArm {
  /// What a reader of a report should know of the file, one sentence each.
  func notes(for task: TaskKind) -> [String] {
    let notes = quantized?.notes ?? model.notes
    return task == .classification ? notes : notes.filter { !model.scores.notes.contains($0) }
  }
}

extension FloatActivations {
  /// What stays in float, and why.
  var sentence: String {
    "activations left in float, since rounding them makes most of the error: \(names.joined(separator: ", ")) "
      + "(\(ReportText.percent(share)) % of the multiply-accumulates; rounded activations alone lose "
      + "\(ReportText.percent(lossBefore)) % of the outputs' variance on held-out samples with them, "
      + "\(ReportText.percent(lossAfter)) % without)"
  }
}

extension QuantizedModel {
  /// Mean bits per weight over all layers with weights, those left in float counted with 32.
  public var bitsPerWeight: Double? {
    let count = layers.reduce(0) { $0 + $1.elementCount }
    guard count > 0 else { return nil }
    return Double(layers.reduce(0) { $0 + $1.elementCount * ($1.bits ?? 32) }) / Double(count)
  }

  /// What a reader of a report should know, one sentence each.
  public var notes: [String] {
    var notes = warnings + (approachNote.map { [$0] } ?? [])
    let kept = layers.filter { $0.bits == nil }.map(\.name)
    if !kept.isEmpty {
      notes.append("kept in float: \(kept.joined(separator: ", "))")
    }
    if !unquantizedLayers.isEmpty {
      let reasons = unquantizedLayers.map { "\($0.name) (\($0.reason))" }
      notes.append("in float: \(reasons.joined(separator: ", "))")
    }
    let safe = layers.filter(\.isSaturationSafe).map(\.name)
    if !safe.isEmpty {
      notes.append("weights chosen so that no CPU clamps a sum: \(safe.joined(separator: ", "))")
    }
    if let floats = rangeChoices.floats { notes.append(floats.sentence) }
    if !tensorsLeftFloat.isEmpty {
      notes.append("activations left in float: \(tensorsLeftFloat.joined(separator: ", "))")
    }
    return notes
  }
}
