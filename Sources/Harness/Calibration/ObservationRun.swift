import CalibrantQuantization

/// Observes a model for all schemes at once, or takes what a statistics file already holds.
public struct ObservationRun: Sendable {
  public var jobs: Int
  public var isQuiet: Bool
  public var cache: StatisticsCache

  public init(jobs: Int, isQuiet: Bool, cache: StatisticsCache) {
    self.jobs = jobs
    self.isQuiet = isQuiet
    self.cache = cache
  }

  public func observe(
    _ model: LoadedModel, _ job: QuantizationJob, _ schemes: [SchemeName],
    _ calibration: CalibrationData
  ) throws -> Observations {
    let targets = try job.targets(schemes)
    guard !targets.isEmpty else {
      return Observations(statistics: [:], notFloat: [], sampleCount: 0, seconds: 0)
    }
    return try cache.observations(
      from: StatisticsSource(model, job, calibration), targets: targets
    ) {
      try Calibrator(jobs: jobs, isQuiet: isQuiet)
        .observe(job.model, targets: targets, on: calibration.source)
    }
  }
}

extension StatisticsSource {
  init(_ model: LoadedModel, _ job: QuantizationJob, _ calibration: CalibrationData) {
    self.init(
      modelSHA256: model.sha256 + (job.options.equalizesModel ? "-equalized" : "")
        + (job.options.balance.map { "-balanced-\($0)" } ?? ""),
      preprocessing: calibration.preparation,
      calibrationDigest: calibration.digest, sampleCount: calibration.count,
      kernels: MachineFacts.kernels)
  }
}
