import Engine

/// One model on labelled images, in every arithmetic asked for.
public struct HardwareEvaluation: Sendable {
  /// Of the first arithmetic asked for.
  public let rankings: Rankings
  /// Of the arithmetic in which most images go wrong.
  public let records: [Record]
  /// Wall-clock seconds of all runs.
  public let seconds: Double
  /// By hardware; empty where only the exact one was asked for.
  public let measured: [HardwareRecords]
  public let saturation: [LayerSaturation]

  public init(
    _ model: LoadedModel, _ choice: HardwareChoice, on store: any MeasuredSamples,
    _ evaluator: Evaluator
  ) throws {
    var (measured, seconds, saturation) = ([HardwareRecords](), 0.0, model.saturation)
    var first: Rankings?
    for hardware in choice.all {
      // What clamps nothing computes the same everywhere.
      if saturation.isEmpty, let known = measured.first {
        measured.append(HardwareRecords(hardware, known.records))
        continue
      }
      let program = try model.program(for: saturation.isEmpty ? .exact : hardware)
      let rankings = try evaluator.rankings(of: program, on: store, limit: 5)
      first = first ?? rankings
      measured.append(HardwareRecords(hardware, try rankings.records(of: store)))
      seconds += rankings.seconds
    }
    if choice != .exact {
      saturation = try saturation.measured(on: store, model: model.model, jobs: evaluator.jobs)
    }
    rankings = first ?? Rankings(samples: [], classes: 0, seconds: 0)
    records = measured.worst?.records ?? []
    self.seconds = seconds
    self.saturation = saturation
    self.measured = choice == .exact ? [] : measured
  }

  /// What was measured, without VNNI compared with the exact sums; nil where only those were asked for.
  public var results: HardwareResults? { measured.results }
}

extension [HardwareRecords] {
  /// Where most images go wrong.
  var worst: HardwareRecords? {
    self.min { $0.records.count(where: \.isCorrect) < $1.records.count(where: \.isCorrect) }
  }

  /// Of one model: without VNNI compared with the exact sums.
  var results: HardwareResults? {
    guard !isEmpty else { return nil }
    let exact = first { $0.hardware == .exact }?.records
    return HardwareResults(
      uniqueKeysWithValues: map { one in
        (
          one.hardware.rawValue,
          HardwareResult(
            one, against: one.hardware == .exact ? nil : exact, ClassificationStatistics())
        )
      })
  }
}
