import Engine
import LinearAlgebra
import ONNXFormat

/// Chooses a method per activation by what its range costs the layers that read it, on held-out calibration samples.
///
/// For each candidate Q the score is the variance of W (Q(x) − x) over sampled rows x of the float network, summed over
/// outputs and over the layers that read the tensor; the mean is left out, since bias correction takes it. Tensors that no
/// layer reads (operands of Add, say) get the candidate with the smallest error of the tensor itself.
public struct RangeSelection: Sendable {
  private let document: Document
  private let opset: Int
  private let readers: [Reader]
  fileprivate let candidates: [Candidates]

  /// A layer, its weights, and the group whose range it depends on.
  private struct Reader: Sendable {
    let layer: WeightedLayer
    let matrix: WeightMatrix
    let group: Int
  }

  /// What the methods suggest for the tensors of a group.
  fileprivate struct Candidates: Sendable {
    let deciding: [String]
    let methods: [String]
    let ranges: [[String: ValueRange]]
    let parameters: [QuantizationParameters]
  }

  /// A candidate's range and what it costs the layers that read the tensors.
  public struct Score: Sendable, Equatable {
    public let method: String
    public let range: ValueRange
    public let error: Double
  }

  /// The chosen method of tensors that share a range, and the scores it was chosen by.
  public struct Choice: Sendable, Equatable {
    public let tensors: [String]
    public let method: String
    public let scores: [Score]
  }

  /// Rows that are looked at, of all samples together.
  private static let rows = 1024

  public init(
    _ model: Model, quantizer: Quantizer, _ statistics: [String: TensorStatistics], _ auto: Auto,
    grid: QuantizationGrid
  ) throws(QuantizationError) {
    var document = try PreparedModel(model).document
    let plan = try LayerPlan(document, scheme: quantizer.scheme, policy: quantizer.policy)
    opset = max(document.opset, 13)
    try OpsetUpgrade(from: document.opset, to: opset).apply(to: &document)
    let placement = ActivationPlacement(document, anchors: plan.quantized.map(\.layer))
    var candidates: [Candidates] = []
    var groupOf: [String: Int] = [:]
    for group in placement.groups {
      guard let found = Candidates(group, statistics, auto, grid) else { continue }
      for member in group.members { groupOf[member] = candidates.count }
      candidates.append(found)
    }
    var readers: [Reader] = []
    for layer in plan.quantized.map(\.layer) {
      guard let group = groupOf[layer.input], let stored = try document.floats(layer.weight),
        let matrix = WeightMatrix(layer, document.nodes[layer.node], stored)
      else { continue }
      readers.append(Reader(layer: layer, matrix: matrix, group: group))
    }
    self.document = document
    self.candidates = candidates
    self.readers = readers
  }

  /// - Parameter fallback: ranges where nothing is to be chosen.
  public func choose(
    _ fallback: ActivationRanges, on input: some WalkInput, executor: some OrderedExecutor
  ) throws -> (ranges: ActivationRanges, choices: [Choice]) {
    let scores = try scores(on: input, executor: executor)
    var ranges = fallback
    var choices: [Choice] = []
    for (group, candidates) in candidates.enumerated() {
      guard let errors = scores[group] else { continue }
      let best = errors.indices.reduce(0) { errors[$1] < errors[$0] ? $1 : $0 }
      for (name, range) in candidates.ranges[best] { ranges.tensors[name] = range }
      choices.append(
        Choice(
          tensors: candidates.deciding, method: candidates.methods[best],
          scores: candidates.scores(errors)))
    }
    return (ranges, choices)
  }

  /// By group, the error of each candidate; nil for groups that no layer reads.
  private func scores(
    on input: some WalkInput, executor: some OrderedExecutor
  ) throws -> [Int: [Double]] {
    let sampling = SamplingPlan(unitCount: input.unitCount, sampleCount: input.sampleCount)
    let heldOut = (0..<input.unitCount).filter { sampling.isHeldOut($0) }
    let units = heldOut.isEmpty ? Array(0..<input.unitCount) : heldOut
    let samples = units.reduce(0) { $0 + input.samples(in: $1) }
    guard samples > 0, let source = document.inputs.first?.name else { return [:] }
    let rowsPerSample = max(Self.rows / samples, 1)
    let wanted = Array(Set(readers.map(\.layer.input))).sorted()
    let segment = try Segment(
      of: document, opset: opset, from: [source: try input.input(0).shape], to: wanted)
    var moments = readers.map { reader in
      Moments(candidates: candidates[reader.group].parameters.count, outputs: reader.matrix.outputs)
    }
    try executor.run(units: units.count) {
      let runner = Segment.Runner(segment)
      return { index in
        let unit = units[index]
        let values = try runner.run([source: try input.input(unit)])
        return readers.map { reader in
          values[reader.layer.input].flatMap {
            measure(
              reader, $0, samples: input.samples(in: unit), rowsPerSample: rowsPerSample, unit)
          }
        }
      }
    } consume: { _, measured in
      for (index, part) in measured.enumerated() { if let part { moments[index].add(part) } }
    }
    var scores: [Int: [Double]] = [:]
    for (reader, moments) in zip(readers, moments) where moments.rows > 0 {
      let variances = moments.variances
      scores[reader.group] =
        scores[reader.group].map { zip($0, variances).map { $0 + $1 } } ?? variances
    }
    return scores
  }

  private func measure(
    _ reader: Reader, _ x: Tensor, samples: Int, rowsPerSample: Int, _ unit: Int
  ) -> Moments? {
    let (matrix, layer) = (reader.matrix, reader.layer)
    guard x.dtype == .float32,
      let columns = matrix.columns(document.nodes[layer.node], input: x.shape),
      columns.depth == matrix.depth, columns.groups == matrix.groups
    else { return nil }
    let sample = InputSample(
      x, x, columns, samples: samples, rowsPerSample: rowsPerSample, seed: unit)
    let parameters = candidates[reader.group].parameters
    var moments = Moments(candidates: parameters.count, outputs: matrix.outputs)
    moments.rows = sample.rows
    for (candidate, parameters) in parameters.enumerated() {
      let errors = sample.floatRows.map { parameters.fakeQuantize($0) - $0 }
      for group in 0..<matrix.groups {
        moments.add(candidate, group, matrix.product(errors, group, rows: sample.rows))
      }
    }
    return moments
  }

  /// Σ e and Σ e² of output errors, per candidate and output.
  private struct Moments: Sendable {
    var rows = 0
    private var sums: [[Double]]
    private var squares: [Double]

    init(candidates: Int, outputs: Int) {
      sums = Array(repeating: Array(repeating: 0, count: outputs), count: candidates)
      squares = Array(repeating: 0, count: candidates)
    }

    /// - Parameter errors: rows × outputs of the group.
    mutating func add(_ candidate: Int, _ group: Int, _ errors: [Float]) {
      guard rows > 0 else { return }
      let outputs = errors.count / rows
      for (index, error) in errors.enumerated() {
        sums[candidate][group * outputs + index % outputs] += Double(error)
        squares[candidate] += Double(error) * Double(error)
      }
    }

    mutating func add(_ other: Moments) {
      rows += other.rows
      for i in sums.indices {
        squares[i] += other.squares[i]
        for j in sums[i].indices { sums[i][j] += other.sums[i][j] }
      }
    }

    /// By candidate, summed over outputs.
    var variances: [Double] {
      let count = Double(rows)
      return zip(sums, squares).map { sums, squares in
        squares / count - sums.reduce(0) { $0 + ($1 / count) * ($1 / count) }
      }
    }
  }
}

extension RangeSelection.Candidates {
  /// - Returns: nil where a range is not known from observation, or all methods agree.
  fileprivate init?(
    _ group: ActivationPlacement.Group, _ statistics: [String: TensorStatistics], _ auto: Auto,
    _ grid: QuantizationGrid
  ) {
    let seen = group.deciding.filter { statistics[$0].map { !$0.summary.isEmpty } ?? false }
    guard !seen.isEmpty, seen.count == group.deciding.count else { return nil }
    let distributions = seen.map { ($0, statistics[$0]!.distribution) }
    var methods: [String] = []
    var ranges: [[String: ValueRange]] = []
    var parameters: [QuantizationParameters] = []
    for method in auto.candidates {
      let suggested = distributions.map { ($0, method.range(of: $1, on: grid)) }
      let union = suggested.dropFirst().reduce(suggested[0].1) { $0.union($1.1) }
      let own = grid.parameters(for: union)
      guard !parameters.contains(own) else { continue }
      methods.append(method.name)
      ranges.append(Dictionary(uniqueKeysWithValues: suggested))
      parameters.append(own)
    }
    guard parameters.count > 1 else { return nil }
    deciding = seen
    (self.methods, self.ranges, self.parameters) = (methods, ranges, parameters)
  }

  func scores(_ errors: [Double]) -> [RangeSelection.Score] {
    errors.indices.map { index in
      let range = ranges[index].values.reduce(ValueRange.zero) { $0.union($1) }
      return RangeSelection.Score(method: methods[index], range: range, error: errors[index])
    }
  }
}

extension WeightMatrix {
  /// X · Wᵀ of one group: rows × outputs of the group, for groups × rows × depth values.
  func product(_ x: [Float], _ group: Int, rows: Int) -> [Float] {
    var result = [Float](repeating: 0, count: rows * outputsPerGroup)
    guard rows > 0 else { return result }
    x.withUnsafeBufferPointer { x in
      values.withUnsafeBufferPointer { weights in
        gemm(
          m: rows, n: outputsPerGroup, k: depth,
          MatrixOperand(x.baseAddress! + group * rows * depth, stride: depth),
          MatrixOperand(
            weights.baseAddress! + group * outputsPerGroup * depth, stride: depth,
            isTransposed: true),
          into: &result, stride: outputsPerGroup)
      }
    }
    return result
  }
}
