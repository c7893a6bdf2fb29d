import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization

/// How arms are made.
struct ArmJobs {
  let calibration: CalibrationData
  /// Without data.
  let weightBased: QuantizationJob
  /// With data, which may have spoken against equalization, or for balanced channels.
  let activationBased: QuantizationJob
  /// Of schemes whose weights the channels balanced for the others do not suit.
  let own: [SchemeName: QuantizationJob]

  /// Equalization is tried with the scheme that there is most to lose with, balanced channels with each: factors that 8
  /// bits bear make weights of 4 too coarse.
  init(
    _ job: QuantizationJob, of model: Model, _ preprocessing: Preprocessing,
    _ schemes: [SchemeName], on data: CalibrationData, _ trial: EqualizationTrial
  ) throws {
    let rounding = schemes.filter { $0.activationBits != nil }
    let fitted = try trial.better(
      of: job, model, preprocessing, rounding.first ?? schemes[0], on: data)
    own = try rounding.dropFirst().reduce(into: [:]) { own, scheme in
      let suited = try BalancingTrial(
        job: fitted.plain, preprocessing: preprocessing, scheme: scheme, data: data,
        jobs: trial.jobs
      ).better()
      if suited.options.balance != fitted.options.balance { own[scheme] = suited }
    }
    (calibration, weightBased, activationBased) = (data, job, fitted)
  }

  /// Made from data: where no activation is rounded, balanced channels would only make weights harder to round.
  func job(for scheme: SchemeName) -> QuantizationJob {
    own[scheme] ?? (scheme.activationBits == nil ? activationBased.plain : activationBased)
  }
}

/// What was observed for the schemes.
struct SchemeObservations {
  /// Of the float model that most are made from.
  var common: [String: TensorStatistics] = [:]
  /// Of others, whose values differ.
  var own: [SchemeName: [String: TensorStatistics]] = [:]

  subscript(scheme: SchemeName) -> [String: TensorStatistics] { own[scheme] ?? common }
}
