import CalibrantQuantization

/// Everything that decides what a walk finds, beyond the model file, as text: equal text, equal results.
struct WalkFacts {
  let options: QuantizationOptions
  let scheme: SchemeName
  let walk: WalkOptions
  let ranges: ActivationRanges
  let fallback: ActivationRanges
  /// Of the network's own pixels; synthetic samples follow from it.
  let preprocessing: String
  let data: CalibrationData

  /// Descriptions are made by reflection, so that an option yet to come is part of them.
  var text: String {
    let facts: [String] = [
      "\(options)", scheme.text, "\(walk)", preprocessing, data.preparation, data.digest,
      "\(data.count)", Self.text(ranges), Self.text(fallback),
    ]
    return facts.joined(separator: "\n")
  }

  private static func text(_ ranges: ActivationRanges) -> String {
    let tensors = ranges.tensors.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let channels = ranges.channels.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    return (tensors + channels + ranges.floats.sorted()).joined(separator: "\n")
  }
}
