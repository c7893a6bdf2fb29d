import CalibrantEngine
import CalibrantONNXFormat

/// Turns a float32 model into a quantized one in the standard domain.
///
/// Scale and zero point of weights come from the weights, those of activations from ranges that were
/// observed (`ActivationRanges(_:method:grid:)`) or predicted (`DataFree`). The model itself is not run.
///
///     let quantizer = Quantizer(scheme: Scheme(weights: WeightScheme(bits: 8)))
///     let result = try quantizer.quantize(Model(contentsOf: "model.onnx"))
///     try result.model.write(to: "model_w8.onnx")
///     for layer in result.layers { print(layer.name, layer.bits ?? 32) }
///
/// Weights become symmetric int8 or int4, per output channel unless the scheme says otherwise; activations uint8 with a zero
/// point. Standard: https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html
public struct Quantizer: Sendable {
  public var scheme: Scheme
  public var policy: Policy

  public init(scheme: Scheme, policy: Policy = Policy()) {
    self.scheme = scheme
    self.policy = policy
  }

  /// - Parameters:
  ///   - ranges: of activations, by tensor name; not used by weight-only schemes.
  ///   - fallback: predicted ranges for tensors that `ranges` lacks. A tensor that both lack stays in float32.
  ///   - means: of the layers' inputs, to correct biases with; nil leaves biases alone.
  ///   - calibration: what a walk over data found, in place of `means`.
  public func quantize(
    _ prepared: PreparedModel, ranges: ActivationRanges = ActivationRanges(),
    fallback: ActivationRanges = ActivationRanges(), means: ChannelMeans? = nil,
    calibration: Calibration = Calibration()
  ) throws(QuantizationError) -> QuantizedModel {
    var graph = prepared.graph
    var plan = try LayerPlan(graph, scheme: scheme, policy: policy)
    try graph.requireFiniteParameters(of: plan.layers)
    if let means {
      try BiasCorrection(
        scheme: scheme.weights, means: means,
        chosen: calibration.layers.compactMapValues(\.weights)
      ).apply(to: &graph, plan.quantized)
    }
    for layer in plan.layers {
      guard let shift = calibration.layers[layer.weight]?.biasShift else { continue }
      try graph.addToBias(shift, of: layer)
    }
    plan = try LayerPlan(graph, scheme: scheme, policy: policy)
    try OpsetUpgrade(from: graph.opset, to: plan.opset(from: graph.opset)).apply(to: &graph)
    plan = try LayerPlan(graph, scheme: scheme, policy: policy)
    let activations = try activations(of: graph, plan, ranges: ranges, fallback: fallback)
    var writer = QDQWriter(graph)
    writer.addActivations(activations)
    var weights = LayerWriter(
      graph: graph, scheme: scheme, activations: activations.parameters,
      chosen: calibration.layers.compactMapValues(\.weights))
    for (layer, bits) in plan.quantized { try weights.write(layer, bits: bits, to: &writer) }
    let layers = plan.report.map { layer in
      var layer = layer
      layer.relativeError = calibration.layers[layer.weight]?.relativeError
      layer.isSaturationSafe = calibration.layers[layer.weight]?.isSaturationSafe ?? false
      return layer
    }
    return QuantizedModel(
      model: writer.finished().model(), layers: layers,
      unquantizedLayers: UnquantizedLayer.all(in: graph), quantizedTensors: activations.order,
      tensorsWithoutObservations: activations.unobserved, tensorsLeftFloat: activations.leftFloat)
  }

  /// The float model with its activations rounded as `quantize` does, and its weights as they are.
  ///
  /// - Parameters: as of `quantize`.
  public func roundingActivations(
    _ prepared: PreparedModel, ranges: ActivationRanges,
    fallback: ActivationRanges = ActivationRanges()
  ) throws(QuantizationError) -> Model {
    let graph = try prepared.upgraded()
    let plan = try LayerPlan(graph, scheme: scheme, policy: policy)
    var writer = QDQWriter(graph)
    writer.addActivations(
      try activations(of: graph, plan, ranges: ranges, fallback: fallback))
    return writer.finished().model()
  }

  /// Refuses, before anything is computed, a model that `quantize` would refuse.
  public func check(_ prepared: PreparedModel) throws(QuantizationError) {
    var graph = prepared.graph
    let plan = try LayerPlan(graph, scheme: scheme, policy: policy)
    try graph.requireFiniteParameters(of: plan.layers)
    try OpsetUpgrade(from: graph.opset, to: plan.opset(from: graph.opset))
      .apply(to: &graph)
  }

  /// Which activations are quantized, and how.
  func activations(
    of graph: Graph, _ plan: LayerPlan, ranges: ActivationRanges, fallback: ActivationRanges
  ) throws(QuantizationError) -> ActivationQuantization {
    guard let kind = scheme.activations else { return ActivationQuantization() }
    let placement = ActivationPlacement(graph, anchors: plan.quantized.map(\.layer))
    guard placement.groups.isEmpty || placement.tensors.contains(where: ranges.knows) else {
      throw .nothingObserved(tensors: placement.tensors)
    }
    return ActivationQuantization(
      placement, grid: kind.grid, ranges: ranges, fallback: fallback,
      isPerChannelAllowed: policy.usesPerChannelActivations)
  }

  /// The values whose ranges `quantize` will ask for, in the order of the graph; the names are those
  /// of the given model.
  public func activationTensors(
    of prepared: PreparedModel
  ) throws(QuantizationError) -> [ActivationTensor] {
    let graph = prepared.graph
    let plan = try LayerPlan(graph, scheme: scheme, policy: policy)
    let placement = ActivationPlacement(graph, anchors: plan.quantized.map(\.layer))
    return placement.groups.flatMap { group in
      group.members.map { name in
        ActivationTensor(
          name: name, decidesRange: group.deciding.contains(name),
          mayBePerChannel: policy.usesPerChannelActivations && !group.depthwiseReaders.isEmpty)
      }
    }
  }
}

extension Quantizer {
  /// As with a prepared model, which is worth making where one model is quantized in several ways.
  public func quantize(
    _ model: Model, ranges: ActivationRanges = ActivationRanges(),
    fallback: ActivationRanges = ActivationRanges(), means: ChannelMeans? = nil,
    calibration: Calibration = Calibration()
  ) throws(QuantizationError) -> QuantizedModel {
    try quantize(
      PreparedModel(model), ranges: ranges, fallback: fallback, means: means,
      calibration: calibration)
  }

  /// As of a prepared model.
  public func activationTensors(of model: Model) throws(QuantizationError) -> [ActivationTensor] {
    try activationTensors(of: PreparedModel(model))
  }
}

/// A quantized model and what was done to make it.
public struct QuantizedModel: Sendable {
  public let model: Model
  /// Every layer with weights, in the order of the graph.
  public let layers: [QuantizedLayer]
  /// Layers whose weights have a form that is not quantized.
  public let unquantizedLayers: [UnquantizedLayer]
  /// The activations that have a quantizer.
  public let quantizedTensors: [String]
  /// Activations whose range is not observed but predicted, or which stay in float32 for want of one.
  public let tensorsWithoutObservations: [String]
  /// Activations that stay in float32 because nothing is known of their range.
  public let tensorsLeftFloat: [String]
  /// What `auto` chose activation ranges by.
  public var rangeChoices = RangeChoices()
  /// What was compared before this was taken, for it has the smallest loss; empty where nothing was.
  public var approaches: [ApproachLoss] = []
  /// What a reader must know before using the model, one sentence each.
  public var warnings: [String] = []
}

/// A way to make a quantized file.
public enum Approach: String, Sendable, Codable, CaseIterable {
  /// Ranges that suit the network, weights and biases fitted layer by layer.
  case fitted = "fitted"
  /// Min-max ranges, or those that were asked for, and weights rounded to nearest.
  case nearest = "rounded to nearest"
  /// What is known without data.
  case dataFree = "without data"
}

/// What a quantized network loses of the float network's outputs on held-out samples (`NetworkLoss`).
public struct ApproachLoss: Sendable, Equatable {
  public let approach: Approach
  public let loss: Double
  /// Whether this is what its ranges lose with float weights, which was enough to leave it unmade.
  public let isOfRangesAlone: Bool

  public init(approach: Approach, loss: Double, isOfRangesAlone: Bool = false) {
    (self.approach, self.loss, self.isOfRangesAlone) = (approach, loss, isOfRangesAlone)
  }
}
