import CalibrantEngine

/// Takes back what was fitted to layers where the network's outputs on held-out samples lose less without it.
///
/// Every step looked at its own layer when it was kept. What serves a layer may harm the network: a layer's variance can sit
/// in values that the network does not care for.
struct JudgedLayers {
  let judge: NetworkLoss
  /// Before anything was fitted.
  let networks: WalkNetworks
  /// In the order of the network.
  let layers: [WeightedLayer]
  let limits: SearchLimits

  /// What may become of a layer.
  fileprivate enum Option: Int, CaseIterable {
    case fitted, fittedWithoutBias, nearest, nearestWithoutBias
  }

  func judged(
    _ calibration: Calibration, executor: some OrderedExecutor
  ) throws -> Calibration {
    func chosen(_ plan: PartwiseSearch.Plan) -> Calibration {
      var chosen = calibration
      for (layer, option) in zip(layers, plan) {
        chosen.layers[layer.weight]?.take(Option(rawValue: option ?? 0) ?? .fitted)
      }
      return chosen
    }
    func errors(_ plan: PartwiseSearch.Plan, _ rival: [Double]? = nil) throws -> [Double] {
      var networks = networks
      let calibration = chosen(plan)
      for layer in layers {
        if let result = calibration.layers[layer.weight] { try networks.apply(result, to: layer) }
      }
      return try judge.errors(
        of: networks.quantized, against: rival, executor: executor)
    }
    let search = PartwiseSearch(
      options: Option.allCases.count, trials: limits.fittings,
      isSame: { member, a, b in
        guard let fitted = calibration.layers[layers[member].weight] else { return true }
        var (first, second) = (fitted, fitted)
        first.take(Option(rawValue: a ?? 0) ?? .fitted)
        second.take(Option(rawValue: b ?? 0) ?? .fitted)
        return first == second
      }, errors: { try errors($0, $1) })
    let fitted = PartwiseSearch.Plan(repeating: Option.fitted.rawValue, count: layers.count)
    return try chosen(search.refined(fitted, errors: errors(fitted), parts: .whole).plan)
  }
}

extension LayerCalibration {
  fileprivate mutating func take(_ option: JudgedLayers.Option) {
    switch option {
    case .fitted: break
    case .fittedWithoutBias: biasShift = nil
    case .nearest:
      biasShift = nearest.map(\.biasShift) ?? biasShift
      weights = nearest?.weights ?? weights
    case .nearestWithoutBias:
      biasShift = nil
      weights = nearest?.weights ?? weights
    }
  }
}
