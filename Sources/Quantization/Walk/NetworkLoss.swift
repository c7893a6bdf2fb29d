import CalibrantEngine
import Foundation
import CalibrantONNXFormat

/// What networks lose of their outputs on held-out calibration samples, whatever the number and shape of these. In place of a
/// Softmax's output it looks at what that reads.
///
/// Of each output, (E‖ŷ − y‖^1.5)^(4/3) / E‖y − E[y]‖²; where its parts differ much in size, as coordinates of boxes and their
/// scores do, ‖ŷ − y‖² / E‖y − E[y]‖² is that of each part, summed: the largest would drown the others. Of one score per class, half of ‖ŷ − y‖² counts as the classes' probabilities
/// p = softmax(y) weigh it, ‖e‖² there being Σ p e² − (Σ p e)²: twice the KL divergence that a small e makes. The scores of
/// classes that nobody takes for the answer are most of the plain error, and few samples give too little of the other.
///
/// Squares would be too much: of twenty images one on which a detector turns another box up would outweigh all others, and
/// which network it happens to is chance. Errors themselves would be too little: a network that fails on few images is worse
/// than one that is a little less exact on all.
public struct NetworkLoss: Sendable {
  private let outputs: [String]
  private let units: [Unit]
  private let sources: [String]
  private let input: any WalkInput
  /// What the float network computes, by unit and output.
  private let expected: [[Rows]]
  private let scales: [OutputScale]

  /// Whether an output holds one score per class.
  public var hasClassScores: Bool {
    outputs.indices.contains { index in expected.allSatisfy { $0[index].areClassScores } }
  }

  /// Of what the float network computes.
  public var byteCount: Int {
    expected.joined().reduce(0) { $0 + $1.values.count * MemoryLayout<Float>.stride }
  }

  /// Samples to run together: a unit of the input or, where the model takes batches of any size, a few of its samples, for
  /// a network that is behind shows it early.
  fileprivate struct Unit {
    let index: Int
    let rows: Range<Int>
    var samples: Int { rows.count }
    let isPart: Bool
  }

  /// An output's values for the samples of a unit; none where it is no floats, one row for each sample.
  fileprivate struct Rows {
    var values: [Float] = []
    /// Of one sample.
    var shape: [Int] = []
    var width = 0
    var areClassScores = false

    subscript(sample: Int) -> ArraySlice<Float> { values[sample * width..<(sample + 1) * width] }
  }

  /// Which of a set's samples a network is run on.
  enum Samples { case heldOut, others, both }

  /// - Returns: nil where there is nothing to judge by: no sample, or no output that varies.
  init?(
    of float: Graph, on input: some WalkInput, _ chosen: Samples = .heldOut,
    executor: some OrderedExecutor
  ) throws {
    let plan = SamplingPlan(unitCount: input.unitCount, sampleCount: input.sampleCount)
    let indices = plan.units(chosen, samples: input.samples)
    guard !float.inputs.isEmpty, !indices.isEmpty else { return nil }
    let (sources, outputs) = (float.inputs.map(\.name), float.outputsBeforeSoftmax)
    let units = indices.flatMap {
      Unit.split(
        $0, samples: input.samples(in: $0), ofAnySize: float.inputs.allSatisfy(\.hasOpenBatch))
    }
    let segment = try Segment(
      of: float, from: input.types(units[0].index, of: sources), to: outputs)
    var expected: [[Rows]] = []
    try Self.run(segment, outputs, units, executor) {
      try $0.values(of: input, sources)
    } consume: {
      expected.append($0)
    }
    self.expected = expected
    (self.sources, self.input, self.units, self.outputs) = (sources, input, units, outputs)
    scales = outputs.indices.map { index in
      let shapes = Set(expected.map { $0[index].shape })
      return OutputScale(
        zip(expected, units).flatMap { rows, unit in
          (0..<unit.samples).map { rows[index].width > 0 ? rows[index][$0] : [] }
        }, shape: shapes.count == 1 ? shapes.first : nil,
        areClassScores: expected.allSatisfy { $0[index].areClassScores })
    }
    guard scales.contains(where: \.varies) else { return nil }
  }

  /// - Returns: nil where there is nothing to judge by: no sample, or no output that varies.
  public init?(
    of float: PreparedModel, on input: some WalkInput, executor: some OrderedExecutor
  ) throws {
    try self.init(of: float.upgraded(), on: input, executor: executor)
  }

  /// The loss of a model that was made from the float one, whose values kept their names.
  ///
  /// - Parameter hardware: whose arithmetic to compute it in.
  public func loss(
    of model: Model, on hardware: Hardware = .exact, executor: some OrderedExecutor
  ) throws -> Double {
    let graph = Graph(model)
    return Self.loss(
      ofErrors: try errors(of: graph, on: hardware, executor: executor))
  }

  static func loss(ofErrors errors: [Double]) -> Double {
    pow(errors.reduce(0, +) / Double(max(errors.count, 1)), 2 / exponent)
  }

  private static let exponent = 1.5

  /// A network's error on each sample, (‖ŷ − y‖ / √E‖y − E[y]‖²)^1.5.
  ///
  /// - Parameter rival: another network's errors. A run that falls behind it ends, and gives the errors of the samples
  ///   so far.
  func errors(
    of network: Graph, on hardware: Hardware = .exact,
    against rival: [Double]? = nil,
    executor: some OrderedExecutor
  ) throws -> [Double] {
    let segment = try Segment(
      of: network, from: input.types(units[0].index, of: sources),
      to: outputs, hardware: hardware)
    var errors: [Double] = []
    var found = 0
    for units in rival == nil ? [units[...]] : firstAndOthers {
      do {
        try Self.run(segment, outputs, Array(units), executor) { [sources, input] in
          try $0.values(of: input, sources)
        } consume: { rows in
          errors += (0..<self.units[found].samples).map { error(of: $0, expected[found], rows) }
          found += 1
          if let rival, Gain(from: rival, to: errors).isHopeless { throw Hopeless() }
        }
      } catch is Hopeless {
        break
      }
    }
    return errors
  }

  private struct Hopeless: Error {}

  /// The units without which nothing is given up, and what threads would otherwise begin meanwhile.
  private var firstAndOthers: [ArraySlice<Unit>] {
    var count = 0
    let first = units.prefix { unit in
      defer { count += unit.samples }
      return count < Gain.fewestToGiveUp
    }
    return [first, units[first.endIndex...]].filter { !$0.isEmpty }
  }

  private func error(of sample: Int, _ expected: [Rows], _ found: [Rows]) -> Double {
    var loss = 0.0
    for (index, scale) in scales.enumerated() where scale.varies {
      guard found[index].values.count == expected[index].values.count else { return .infinity }
      let y = expected[index][sample]
      loss += scale.loss(y, errors: zip(y, found[index][sample]).map { Double($1 - $0) })
    }
    return loss.isNaN ? .infinity : pow(loss, Self.exponent / 2)
  }

  /// Computes the outputs of units, in order.
  private static func run(
    _ segment: Segment, _ outputs: [String], _ units: [Unit], _ executor: some OrderedExecutor,
    from known: @escaping @Sendable (Unit) throws -> [String: Tensor],
    consume: (_ rows: [Rows]) throws -> Void
  ) throws {
    try executor.run(units: units.count) {
      let runner = Segment.Runner(segment)
      return { index in
        let values = try runner.run(known(units[index]))
        return outputs.map { Rows(values[$0]!, samples: units[index].samples) }
      }
    } consume: {
      try consume($1)
    }
  }
}

extension SamplingPlan {
  fileprivate func units(
    _ chosen: NetworkLoss.Samples, samples: (_ unit: Int) -> Int
  ) -> [Int] {
    switch chosen {
    case .heldOut: judges(samples: samples)
    case .others: witnesses(samples: samples)
    case .both: (judges(samples: samples) + witnesses(samples: samples)).sorted()
    }
  }
}

extension NetworkLoss.Unit {
  private static let partSamples = 2

  static func split(_ index: Int, samples: Int, ofAnySize: Bool) -> [Self] {
    guard ofAnySize, samples > partSamples else {
      return [Self(index: index, rows: 0..<samples, isPart: false)]
    }
    return stride(from: 0, to: samples, by: partSamples).map {
      Self(index: index, rows: $0..<min($0 + partSamples, samples), isPart: true)
    }
  }

  func values(of input: any WalkInput, _ names: [String]) throws -> [String: Tensor] {
    let whole = try input.values(index, of: names)
    return isPart ? whole.mapValues { $0.entries(rows) } : whole
  }
}

extension GraphInput {
  /// Whether the file leaves open how many samples run together.
  fileprivate var hasOpenBatch: Bool {
    guard let first = dimensions?.first else { return dimensions == nil }
    if case .fixed = first { return false }
    return true
  }
}

extension NetworkLoss.Rows {
  fileprivate init(_ value: Tensor, samples: Int) {
    guard value.dtype == .float32, let batch = value.shape.dims.first, batch >= samples else {
      return
    }
    shape = Array(value.shape.dims.dropFirst())
    width = value.shape.count(1...)
    values = Array(value.array(of: Float.self).prefix(samples * width))
    areClassScores = width > 1 && value.shape.rank > 1 && width == value.shape[1]
  }
}
