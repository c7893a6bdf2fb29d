import CalibrantEngine
import CalibrantONNXFormat
import CalibrantQuantization

/// Finds bits per layer that fit a size or an accuracy, from what each layer costs when it alone is quantized.
///
/// Costs are the mean KL divergence of the network's class distribution on calibration samples, or of other outputs what is
/// lost of each part (`NetworkLoss`). They are taken to add up only to order the steps; what is chosen is measured, and
/// uniform bits that fit are measured beside it.
public struct BitSearch {
  public enum Limit: Sendable {
    /// Bytes of the file.
    case bytes(Int)
    /// The largest share of calibration samples whose class may change; only of class scores.
    case disagreement(Double)
  }

  /// A choice that was made into a file and measured.
  public struct Outcome {
    public let quantized: QuantizedModel
    public let bits: [String: Int]
    public let bytes: Int
    /// The KL divergence of class scores; of other outputs, the error's share of their variance.
    public let cost: Double
    /// The share of samples whose class changes; nil where outputs are no class scores.
    public let disagreement: Double?
  }

  private let job: QuantizationJob
  private let scheme: SchemeName
  private let make: (QuantizationJob, SchemeName) throws -> QuantizedModel
  private let judge: BitJudge

  /// Bits that layers may take; 32 stays in float. Fewer than 8 make a smaller file where two codes share a byte.
  private var choices: [Int] {
    job.options.scheme(scheme).weights.usesNativeInt4 ? [8, 4] : [8]
  }

  /// - Parameters:
  ///   - evaluator: how classes are told from outputs, where they are class scores.
  ///   - make: quantizes for one scheme with the policy of the job it is given.
  /// - Throws: `HarnessError.nothingObserved` where no output varies.
  public init(
    _ job: QuantizationJob, _ scheme: SchemeName, on data: CalibrationData,
    _ evaluator: Evaluator,
    make: @escaping (QuantizationJob, SchemeName) throws -> QuantizedModel
  ) throws {
    self.job = job
    self.scheme = scheme
    self.make = make
    judge = try BitJudge(job, scheme, on: data, evaluator)
  }

  /// The chosen file and the frontier it was chosen from.
  public func run(
    _ limit: Limit, report: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> (chosen: Outcome, tried: [Outcome], frontier: BitAllocation) {
    let allocation = BitAllocation(try sensitivities(report))
    var tried: [Outcome] = []
    switch limit {
    case .bytes(let bytes):
      let fixed = try fixedBytes()
      if let point = allocation.best(storedBits: (bytes - fixed) * 8) {
        tried.append(try measure(point.bits, allocation))
      }
      for bits in choices { tried.append(try measure(uniform(bits, allocation), allocation)) }
      guard
        let best = tried.filter({ $0.bytes <= bytes }).min(by: { $0.cost < $1.cost })
      else {
        let smallest = tried.map(\.bytes).min() ?? 0
        throw HarnessError.badOption(
          "--target-bytes \(bytes): the smallest file of this model has \(smallest) bytes")
      }
      return (best, tried, allocation)
    case .disagreement(let share):
      let tried = try bisect(within: share, allocation)
      let fitting = tried.filter { $0.disagreement ?? 1 <= share }
      return (fitting.min { $0.bytes < $1.bytes } ?? tried[0], tried, allocation)
    }
  }

  /// Bisects the frontier, from its point with the most bits on.
  private func bisect(within share: Double, _ allocation: BitAllocation) throws -> [Outcome] {
    let frontier = allocation.frontier.filter { $0.bits.contains { $0 < 32 } }
    var (low, high) = (0, frontier.count - 1)
    var tried = [try measure(frontier[0].bits, allocation)]
    while low < high {
      let middle = (low + high + 1) / 2
      let outcome = try measure(frontier[middle].bits, allocation)
      tried.append(outcome)
      if outcome.disagreement ?? 1 <= share {
        low = middle
      } else {
        high = middle - 1
      }
    }
    return tried
  }

  private func uniform(_ bits: Int, _ allocation: BitAllocation) -> [Int] {
    allocation.layers.map { _ in bits }
  }

  /// What a file holds besides the codes of weights.
  private func fixedBytes() throws -> Int {
    let quantized = try job.withBits(job.layerNames().map { ($0, 8) }).rounded(scheme)
    let codes = quantized.layers.reduce(0) { $0 + $1.elementCount }
    return try quantized.model.serialized().count - codes
  }

  private func sensitivities(
    _ report: (_ done: Int, _ total: Int) -> Void
  ) throws -> [BitAllocation.Layer] {
    let names = try job.layerNames()
    return try names.indices.map { index in
      report(index, names.count)
      var costs = [32: 0.0]
      var count = 0
      for bits in choices {
        let alone = try job.withBits([(names[index], bits)])
          .rounded(SchemeName(weightBits: bits, activationBits: nil))
        count = alone.layers[index].elementCount
        costs[bits] = try judge.cost(of: alone.model, isOneLayer: true).value
      }
      return BitAllocation.Layer(name: names[index], elementCount: count, costs: costs)
    }
  }

  private func measure(_ bits: [Int], _ allocation: BitAllocation) throws -> Outcome {
    let chosen = zip(allocation.layers.map(\.name), bits).filter { $0.1 < 32 }
    let quantized = try make(job.withBits(chosen.map { ($0.0, $0.1) }), scheme)
    let cost = try judge.cost(of: quantized.model, isOneLayer: false)
    return Outcome(
      quantized: quantized, bits: Dictionary(chosen, uniquingKeysWith: { $1 }),
      bytes: try quantized.model.serialized().count, cost: cost.value,
      disagreement: cost.disagreement)
  }
}

extension QuantizationJob {
  /// How many layers have weights; 0 for a model that cannot be quantized.
  public var layerCount: Int { (try? layerNames().count) ?? 0 }

  /// The layers with weights, in the order of the graph.
  func layerNames() throws -> [String] {
    try rounded(SchemeName(weightBits: 8, activationBits: nil)).layers.map(\.weight)
  }

  /// The same job with these bits for these layers, and all others in float.
  func withBits(_ bits: [(weight: String, bits: Int)]) throws -> QuantizationJob {
    let chosen = Set(bits.map(\.weight))
    var options = options
    (options.policy.endBits, options.policy.smallBits) = (nil, nil)
    options.policy.minimumElements = 0
    options.policy.excluded = try layerNames().filter { !chosen.contains($0) }.map { Glob($0) }
    options.policy.layerBits = bits.map { (Glob($0.weight), $0.bits) }
    return with(options)
  }

  /// Rounded to nearest, from the file alone.
  func rounded(_ scheme: SchemeName) throws -> QuantizedModel {
    try quantizer(scheme).quantize(prepared, ranges: predicted)
  }
}
