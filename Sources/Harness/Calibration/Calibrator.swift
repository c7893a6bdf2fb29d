import CalibrantEngine
import CalibrantONNXFormat
import CalibrantQuantization
import Synchronization

/// What a calibration run saw.
public struct Observations: Sendable {
  /// By name of the value in the model.
  public var statistics: [String: TensorStatistics]
  /// Values asked for that hold no floats (shape arithmetic, masks); nothing is quantized there.
  public var notFloat: [String]
  public var sampleCount: Int
  public var seconds: Double

  static let none = Observations(statistics: [:], notFloat: [], sampleCount: 0, seconds: 0)

  /// "12 activations on 100 samples"
  public var summary: String {
    "\(statistics.count) activations on \(ReportText.count(sampleCount, "sample"))"
  }
}

/// Runs a model over calibration samples and gathers statistics of its values in one pass.
public struct Calibrator: Sendable {
  public var jobs: Int
  public var isQuiet: Bool

  public init(jobs: Int, isQuiet: Bool = true) {
    self.jobs = jobs
    self.isQuiet = isQuiet
  }

  /// - Throws: `HarnessError.nothingObserved` where no value gave any number, `.nonFiniteValues` where one held NaN or an
  ///   infinity.
  public func observe(
    _ model: Model, targets: [ActivationTensor], on source: some SampleSource,
    report: ((_ done: Int) -> Void)? = nil
  ) throws -> Observations {
    let program = try Program(model, observing: targets.map(\.name))
    FreedMemory.release()
    let batching = try Batching(source, for: program)
    guard source.count > 0 else {
      throw HarnessError.nothingObserved(reason: "there are no samples")
    }
    let progress = Progress("calibrating", total: source.count, isQuiet: isQuiet)
    let start = ContinuousClock.now
    // What workers see is merged at the end: statistics do not depend on who saw what.
    let observers = Mutex<[ObserverBox]>([])
    try processInOrder(units: batching.unitCount, jobs: jobs) {
      let worker = SessionBox(program)
      let seen = ObserverBox(targets)
      observers.withLock { $0.append(seen) }
      return { unit in
        let samples = batching.samples(of: unit).count
        _ = try worker.session.run(batching.inputs(unit, from: source)) { index, values in
          seen.observer.observe(index, values, samples: samples, rows: batching.rows(of: unit))
        }
      }
    } consume: { unit, _ in
      let done = batching.samples(of: unit).upperBound
      progress.advance(to: done)
      report?(done)
    }
    var merged = Observer(targets)
    for seen in observers.withLock({ $0 }) { merged.merge(seen.observer) }
    if merged.tensors.values.contains(where: \.summary.hasNonFinite),
      let origin = try NonFiniteOrigin.find(in: model, on: source, among: 0..<source.count)
    {
      throw HarnessError.nonFiniteValues(origin)
    }
    return try observations(
      merged.tensors, of: source.count, seconds: (ContinuousClock.now - start).seconds)
  }

  /// Values in which nothing was seen hold no floats, or no finite ones.
  private func observations(
    _ tensors: [String: TensorStatistics], of count: Int, seconds: Double
  ) throws(HarnessError) -> Observations {
    let seen = tensors.filter { !$0.value.summary.isEmpty || $0.value.summary.hasNonFinite }
    guard seen.values.contains(where: { !$0.summary.isEmpty }) else {
      throw .nothingObserved(
        reason: tensors.isEmpty
          ? "the model has no value that a quantizer would go on"
          : "none of the \(tensors.count) values it asked for holds a finite number")
    }
    return Observations(
      statistics: seen, notFloat: tensors.keys.filter { seen[$0] == nil }.sorted(),
      sampleCount: count, seconds: seconds)
  }
}

/// What one worker sees. Unchecked: that worker alone touches it until all workers are done.
private final class ObserverBox: @unchecked Sendable {
  var observer: Observer
  init(_ targets: [ActivationTensor]) { observer = Observer(targets) }
}
