import CalibrantEngine
import CalibrantONNXFormat
import CalibrantQuantization

/// How far each layer's output is from the float model's.
struct LayerErrors: Sendable {
  /// By layer and by what is rounded there and nowhere else.
  var isolated: [[Int: SignalAndNoise]]
  /// By layer and by what is rounded in the whole model.
  var cumulative: [[Int: SignalAndNoise]]

  init(layers: Int) {
    isolated = Array(repeating: [:], count: layers)
    cumulative = isolated
  }

  mutating func merge(_ other: LayerErrors) {
    for layer in isolated.indices {
      isolated[layer].merge(other.isolated[layer]) { $0.merged($1) }
      cumulative[layer].merge(other.cumulative[layer]) { $0.merged($1) }
    }
  }
}

extension SignalAndNoise {
  fileprivate func merged(_ other: SignalAndNoise) -> SignalAndNoise {
    var sum = self
    sum.merge(other)
    return sum
  }
}

/// Measures every layer's isolated and cumulative error in one pass over the data.
struct LayerErrorRun {
  let map: QuantizedLayerMap
  var hardware = Hardware.exact
  let jobs: Int
  let isQuiet: Bool

  private static let kinds = [Rounded.weights, .activations, .both]

  func measure(on source: some SampleSource) throws -> LayerErrors {
    let probes = try LayerProbes(map)
    let float = try Program(probes.graph, observing: probes.observed.map(\.name))
    let outputs = map.layers.map(\.output)
    let variants = try Self.kinds.map { kind in
      try Program(map.variant { _ in kind }, observing: outputs, hardware: hardware)
    }
    let batching = try Batching(source, for: float)
    let progress = Progress("measuring layers", total: source.count, isQuiet: isQuiet)
    var total = LayerErrors(layers: map.layers.count)
    let count = map.layers.count
    try processInOrder(units: batching.unitCount, jobs: jobs) {
      let worker = LayerErrorWorker(float, probes.observed.map(\.role), variants, layers: count)
      return { unit in try worker.errors(of: batching.inputs(unit, from: source)) }
    } consume: { unit, errors in
      total.merge(errors)
      progress.advance(to: batching.samples(of: unit).upperBound)
    }
    return total
  }
}

/// One worker's sessions.
private final class LayerErrorWorker {
  private let float: SessionBox
  private let roles: [LayerProbes.Role]
  private let variants: [SessionBox]
  private let layers: Int

  init(_ float: Program, _ roles: [LayerProbes.Role], _ variants: [Program], layers: Int) {
    self.float = SessionBox(float)
    self.roles = roles
    self.variants = variants.map(SessionBox.init)
    self.layers = layers
  }

  func errors(of inputs: [Tensor]) throws -> LayerErrors {
    var errors = LayerErrors(layers: layers)
    var references: [Int: Tensor] = [:]
    _ = try float.session.run(inputs) { index, values in
      switch self.roles[index] {
      case .reference(let layer): references[layer] = values.copied()
      case .probe(let layer, let rounded):
        references[layer]?.withBuffer(of: Float.self) {
          errors.isolated[layer][rounded.rawValue, default: SignalAndNoise()].add($0, values.floats)
        }
      }
    }
    for (variant, kind) in zip(variants, [Rounded.weights, .activations, .both]) {
      _ = try variant.session.run(inputs) { layer, values in
        references[layer]?.withBuffer(of: Float.self) {
          errors.cumulative[layer][kind.rawValue, default: SignalAndNoise()].add($0, values.floats)
        }
      }
    }
    return errors
  }
}
