/// Scale and zero point of every activation that gets a quantizer.
struct ActivationQuantization {
  /// One per tensor, or one per channel; by tensor name.
  private(set) var parameters: [String: [QuantizationParameters]] = [:]
  /// The names in `parameters`, in the order of the groups.
  private(set) var order: [String] = []
  private(set) var unobserved: [String] = []
  /// For want of a range.
  private(set) var leftFloat: [String] = []

  /// Nothing is quantized.
  init() {}

  init(
    _ placement: ActivationPlacement, grid: QuantizationGrid, ranges: ActivationRanges,
    fallback: ActivationRanges, isPerChannelAllowed: Bool
  ) {
    for group in placement.groups
    where !group.members.contains(where: ranges.floats.contains) {
      unobserved += group.deciding.filter { ranges.tensors[$0] == nil }
      let name = group.members[0]
      var chosen: [QuantizationParameters] = []
      if isPerChannelAllowed, !group.depthwiseReaders.isEmpty, let channels = ranges.channels[name]
      {
        chosen = grid.parameters(sharingZeroPoint: channels)
      } else if let range = Self.range(of: group, ranges, fallback) {
        chosen = [grid.parameters(for: range)]
      }
      guard !chosen.isEmpty else {
        leftFloat += group.members
        continue
      }
      for member in group.members { parameters[member] = chosen }
      order += group.members
    }
  }

  /// What covers the deciding members, or any member that is known where none of them is.
  private static func range(
    of group: ActivationPlacement.Group, _ ranges: ActivationRanges, _ fallback: ActivationRanges
  ) -> ValueRange? {
    for names in [group.deciding, group.members] {
      let known = names.compactMap { ranges.tensors[$0] ?? fallback.tensors[$0] }
      if let first = known.first { return known.dropFirst().reduce(first) { $0.union($1) } }
    }
    return nil
  }
}
