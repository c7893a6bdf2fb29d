import CalibrantEngine
import Foundation

/// Factors by which to divide the channels of a value, so that one scale serves all of them, and how much they gain.
///
/// Dividing channel i by sᵢ and multiplying the weights that read it leaves the float network as it is. The rounding of the
/// activation then adds Δ²/12 · Σᵢ sᵢ² ‖wᵢ‖² to the layers' outputs, where Δ follows from the range of all xᵢ / sᵢ; that of
/// the weights adds Σ Δ_w²/12 · Σᵢ E[xᵢ²] / sᵢ², where the scale Δ_w of an output channel follows from its largest |wᵢ| sᵢ.
/// Candidates are those of SmoothQuant (Xiao et al. 2022, arXiv:2211.10438), sᵢ = max|xᵢ|^α / max|wᵢ|^(1 − α), and max|xᵢ|^α
/// alone, each also with the signs that turn every channel's longer side up: channels of [−8, 1] and [−1, 8] share [−1, 8] then
/// instead of [−8, 8]. The one with the smallest sum is taken, a turned one where it takes a fifth off the others'.
struct BalanceFactors {
  let values: [Double]
  /// The noise of both roundings, divided by what it is without factors.
  let noise: Double

  private static let exponents = [0.25, 0.375, 0.5, 0.625, 0.75, 1]
  /// No channel is scaled further than this in either direction.
  private static let limit = 64.0
  /// What turned channels must shrink the noise to: values that calibration did not show are cut off sooner.
  private static let worthTurning = 0.8
  /// Channels smaller than this share of the largest take its factor: there is nothing to gain.
  private static let least = 1e-3

  /// - Parameters:
  ///   - facts: of the point's value.
  ///   - bits: of the weights that read it.
  ///   - mayTurn: whether factors may be negative.
  /// - Returns: nil where nothing can be said: a value that was never seen, or is always 0.
  init?(
    _ point: BalancePoint, _ facts: ChannelFacts, bits: Int, mayTurn: Bool, in graph: Graph
  ) throws(QuantizationError) {
    var readers: [ReaderWeights] = []
    for layer in point.readers {
      guard let weights = try ReaderWeights(layer, in: graph) else { return nil }
      readers.append(weights)
    }
    let reach = facts.reach
    guard reach.count == point.channels, let largest = reach.max(), largest > 0 else { return nil }
    let read = (0..<point.channels).map { i in readers.reduce(0) { max($0, $1.largest(of: i)) } }
    guard let heaviest = read.max(), heaviest > 0 else { return nil }
    func noise(_ factors: [Double]) -> Double {
      let step = Self.step(facts, factors)
      return readers.reduce(0) { $0 + $1.noise(facts.power, factors, step: step, bits: bits) }
    }
    let plain = noise([Double](repeating: 1, count: point.channels))
    guard plain > 0, plain.isFinite else { return nil }
    let weighed = Self.exponents.flatMap { exponent in
      [true, false].map { weighs in
        Self.centred(
          zip(reach, read).map { x, w in
            pow(max(x, Self.least * largest), exponent)
              / (weighs ? pow(max(w, Self.least * heaviest), 1 - exponent) : 1)
          })
      }
    }
    func quietest(of candidates: [[Double]]) -> (values: [Double], noise: Double)? {
      candidates.map { ($0, noise($0) / plain) }.min { $0.1 < $1.1 }
    }
    guard var best = quietest(of: weighed) else { return nil }
    let signs = facts.turned
    if mayTurn, let turned = quietest(of: [signs] + weighed.map { zip($0, signs).map { $0 * $1 } }),
      turned.noise <= Self.worthTurning * best.noise
    {
      best = turned
    }
    (values, self.noise) = best
  }

  /// With a geometric mean of 1, for only their ratios count.
  private static func centred(_ factors: [Double]) -> [Double] {
    let mean = exp(factors.reduce(0) { $0 + log($1) } / Double(factors.count))
    return factors.map { min(max($0 / mean, 1 / limit), limit) }
  }

  /// Of 8 bits over the range of all channels.
  private static func step(_ facts: ChannelFacts, _ factors: [Double]) -> Double {
    var (lower, upper) = (0.0, 0.0)
    for (i, factor) in factors.enumerated() {
      let ends = (Double(facts.lowest[i]) / factor, Double(facts.highest[i]) / factor)
      lower = min(lower, ends.0, ends.1)
      upper = max(upper, ends.0, ends.1)
    }
    return (upper - lower) / 255
  }
}

/// What the weights of a layer make of noise in the channels that it reads.
private struct ReaderWeights {
  private let outputs: Int
  private let perGroup: Int
  private let outputsPerGroup: Int
  private let window: Int
  /// The largest |w| of each pair of an output and an input of its group.
  private var peaks: [Double]
  /// Σ w² of each input channel.
  private var squares: [Double]

  init?(_ layer: WeightedLayer, in graph: Graph) throws(QuantizationError) {
    guard let stored = try graph.floats(layer.weight),
      let matrix = WeightMatrix(layer, graph.nodes[layer.node], stored)
    else { return nil }
    (outputs, outputsPerGroup) = (matrix.outputs, matrix.outputsPerGroup)
    window = layer.opType == "Conv" ? layer.shape[2...].reduce(1, *) : 1
    perGroup = matrix.depth / window
    peaks = [Double](repeating: 0, count: outputs * perGroup)
    squares = [Double](repeating: 0, count: perGroup * matrix.groups)
    for (index, weight) in matrix.values.enumerated() {
      let pair = index / window
      let group = pair / perGroup / outputsPerGroup
      peaks[pair] = max(peaks[pair], abs(Double(weight)))
      squares[group * perGroup + pair % perGroup] += Double(weight) * Double(weight)
    }
  }

  /// The largest |w| that reads an input channel.
  func largest(of input: Int) -> Double {
    let (group, i) = input.quotientAndRemainder(dividingBy: perGroup)
    return (group * outputsPerGroup..<(group + 1) * outputsPerGroup).reduce(0) {
      max($0, peaks[$1 * perGroup + i])
    }
  }

  /// The variance that rounding adds to all outputs.
  ///
  /// - Parameters:
  ///   - power: the mean square of each input channel, before it is divided.
  ///   - step: of the activation's grid.
  func noise(_ power: [Double], _ factors: [Double], step: Double, bits: Int) -> Double {
    let activation = zip(squares, factors).reduce(0) { $0 + $1.0 * $1.1 * $1.1 } * step * step
    let levels = Double(1 << (bits - 1) - 1)
    var weights = 0.0
    for first in stride(from: 0, to: outputs, by: outputsPerGroup) {
      let inputs = first / outputsPerGroup * perGroup
      let read = (0..<perGroup).reduce(0) {
        $0 + power[inputs + $1] / (factors[inputs + $1] * factors[inputs + $1])
      }
      for output in first..<first + outputsPerGroup {
        let widest = (0..<perGroup).reduce(0) {
          max($0, peaks[output * perGroup + $1] * abs(factors[inputs + $1]))
        }
        weights += widest * widest / (levels * levels) * Double(window) * read
      }
    }
    return (activation + weights) / 12
  }
}
