import Engine
import ONNXFormat
import Quantization

/// What a calibration run saw.
public struct Observations: Sendable {
  /// By name of the value in the model.
  public var statistics: [String: TensorStatistics]
  /// Values asked for that hold no floats (shape arithmetic, masks); nothing is quantized there.
  public var notFloat: [String]
  public var sampleCount: Int
  public var seconds: Double
}

/// Runs a model over calibration samples and gathers statistics of its values in one pass.
public struct Calibrator: Sendable {
  /// Values to observe, and how much to keep of their channels.
  public struct Target: Sendable {
    public var name: String
    public var detail: ChannelDetail

    public init(_ name: String, detail: ChannelDetail) {
      self.name = name
      self.detail = detail
    }
  }

  public var jobs: Int
  public var isQuiet: Bool

  public init(jobs: Int, isQuiet: Bool = true) {
    self.jobs = jobs
    self.isQuiet = isQuiet
  }

  /// - Throws: `HarnessError.nothingObserved` where no value gave any number.
  public func observe(
    _ model: Model, targets: [Target], on source: some SampleSource,
    report: ((_ done: Int) -> Void)? = nil
  ) throws -> Observations {
    let program = try Program(model, observing: targets.map(\.name))
    let batching = Batching(source, fixedBatch: try ImageInput(of: program).fixedBatch)
    guard source.count > 0 else {
      throw HarnessError.nothingObserved(reason: "there are no samples")
    }
    let progress = Progress("calibrating", total: source.count, isQuiet: isQuiet)
    let start = ContinuousClock.now
    var merged: [TensorStatistics?] = targets.map { _ in nil }
    try processInOrder(units: batching.unitCount, jobs: jobs) {
      let worker = SessionBox(program)
      return { unit in
        var statistics: [TensorStatistics?] = targets.map { _ in nil }
        let samples = batching.samples(of: unit).count
        _ = try worker.session.run([batching.input(unit, from: source)]) { index, values in
          statistics[index] = Self.statistics(of: values, samples, detail: targets[index].detail)
        }
        return statistics
      }
    } consume: { unit, statistics in
      for (index, seen) in statistics.enumerated() {
        guard let seen else { continue }
        if merged[index] == nil { merged[index] = seen } else { merged[index]?.merge(seen) }
      }
      let done = batching.samples(of: unit).upperBound
      progress.advance(to: done)
      report?(done)
    }
    return try observations(
      targets, merged, source.count, seconds: (ContinuousClock.now - start).seconds)
  }

  private func observations(
    _ targets: [Target], _ merged: [TensorStatistics?], _ count: Int, seconds: Double
  ) throws(HarnessError) -> Observations {
    var result = Observations(statistics: [:], notFloat: [], sampleCount: count, seconds: seconds)
    for (target, statistics) in zip(targets, merged) {
      if let statistics {
        result.statistics[target.name] = statistics
      } else {
        result.notFloat.append(target.name)
      }
    }
    guard result.statistics.values.contains(where: { !$0.summary.isEmpty }) else {
      throw .nothingObserved(
        reason: targets.isEmpty
          ? "the model has no value that a quantizer would go on"
          : "none of the \(targets.count) values it asked for holds a finite number")
    }
    return result
  }

  /// Statistics of the first `samples` rows of a value; nil where it holds no floats.
  private static func statistics(
    of values: TensorView, _ samples: Int, detail: ChannelDetail
  ) -> TensorStatistics? {
    guard values.dtype == .float32 else { return nil }
    let shape = values.shape
    let hasRows = shape.rank >= 2 && shape[0] >= samples && shape.elementCount > 0
    var statistics = TensorStatistics(detail: hasRows ? detail : .none)
    guard hasRows else {
      statistics.observe(values.floats)
      return statistics
    }
    let size = shape.count(1...)
    for row in 0..<samples {
      let sample = UnsafeBufferPointer(rebasing: values.floats[row * size..<(row + 1) * size])
      statistics.observe(sample, channels: shape[1])
    }
    return statistics
  }
}
