/// What a walk over calibration data found, by the name of the layer's weights.
public struct Calibration: Sendable, Equatable {
  public var layers: [String: LayerCalibration] = [:]

  public init() {}
}

/// What a way of rounding loses of a layer's outputs: E‖W(x − E[x]) − Ŵ(x̂ − E[x̂])‖² over held-out samples.
public struct RoundingError: Sendable, Equatable, Codable {
  public var rounding: WeightRounding
  /// λ of optimal rounding, as a share of the mean diagonal; 0 for nearest.
  public var damping: Double
  public var error: Double
}

/// What calibration made of one layer.
public struct LayerCalibration: Sendable, Equatable, Codable {
  /// Codes chosen for the layer's inputs; nil leaves rounding to the writer.
  public var weights: QuantizedWeights?
  /// What each way of rounding leaves of the outputs' variance on held-out samples; empty where nothing was tried.
  public var errors: [RoundingError] = []
  /// The share of the float outputs' variance that is error, E‖W(x − E[x]) − Ŵ(x̂ − E[x̂])‖² / E‖W(x − E[x])‖² over
  /// held-out samples, with what earlier layers and the input's own quantizer lost; nil where none was held out.
  public var relativeError: Double?
  /// What to add to the bias of each output channel; nil leaves it.
  public var biasShift: [Double]?
  /// Set where the weights are such that x86 without VNNI clamps no sum, at the price of some precision.
  public var isSaturationSafe: Bool?
  /// The nearest codes and their bias, where others were chosen.
  var nearest: NearestCodes?
}

extension LayerCalibration {
  /// Whether these are codes and biases of such a layer, as they are in every journal that a walk has written.
  func fits(_ layer: WeightedLayer) -> Bool {
    let weights = [weights, nearest?.weights].compactMap(\.self)
    let shifts = [biasShift, nearest?.biasShift].compactMap(\.self)
    return weights.allSatisfy { $0.shape == layer.shape && ($0.axis ?? layer.axis) == layer.axis }
      && shifts.allSatisfy {
        $0.count == layer.outputChannels && $0.allSatisfy { Float($0).isFinite }
      }
  }
}

/// What rounding to nearest would have made of a layer.
struct NearestCodes: Sendable, Equatable, Codable {
  var weights: QuantizedWeights
  var biasShift: [Double]?
}
