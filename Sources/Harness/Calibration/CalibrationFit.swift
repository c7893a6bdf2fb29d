import CalibrantImaging
import CalibrantQuantization

/// What is unlikely about samples to calibrate with, one sentence each.
public enum CalibrationFit {
  /// Of any samples, by their content hashes.
  static func warnings(hashes: [String]) -> [String] {
    if hashes.count == 1 {
      return ["calibration sees a single sample, whose ranges are hardly those of all inputs"]
    }
    guard let first = hashes.first, hashes.allSatisfy({ $0 == first }) else { return [] }
    return ["all \(ReportText.count(hashes.count)) calibration samples are the same"]
  }

  /// Of samples too few for the schemes, or unlike those that the network was trained on.
  static func warnings(
    of job: QuantizationJob, _ schemes: [SchemeName], on data: CalibrationData, jobs: Int
  ) throws -> [String] {
    try few(data.count, for: schemes) + unlikeTraining(job, data, jobs: jobs)
  }

  private static func few(_ count: Int, for schemes: [SchemeName]) -> [String] {
    guard 1 < count, count < fewestToRound,
      let scheme = schemes.first(where: { $0.weightBits < 8 })
    else { return [] }
    return [
      "\(count) calibration samples are few for \(scheme.text): weights of \(scheme.weightBits) bits are fitted to them "
        + "(usual: 100 and more)"
    ]
  }

  /// With fewer, weights of 4 bits lose measurably more: the guide to calibration has measurements.
  private static let fewestToRound = 32

  /// As far as batch norms say what the network was trained on.
  private static func unlikeTraining(
    _ job: QuantizationJob, _ data: CalibrationData, jobs: Int
  ) throws -> [String] {
    let targets = TrainingDistance.targets(of: job.prepared)
    guard !targets.isEmpty else { return [] }
    let seen = try Calibrator(jobs: jobs).observe(
      job.model, targets: targets, on: SomeSamples(first: fewSamples, of: data.source))
    guard let distance = TrainingDistance(job.prepared, seen.statistics),
      distance.shift > farthestShift || !usualSpread.contains(distance.spread)
    else { return [] }
    return [
      "calibration samples look unlike those that the network was trained on: what its batch norms see deviates by "
        + "\(ReportText.fixed(distance.spread, 2)) of what it did in training (usual: \(spelled(usualSpread.lowerBound)) to "
        + "\(spelled(usualSpread.upperBound))), around means that are off by \(ReportText.fixed(distance.shift, 2)) of it (usual: up to "
        + "\(spelled(farthestShift))): another domain, or another preprocessing (--preset says what others made)?"
    ]
  }

  /// As many as settle moments over all positions.
  private static let fewSamples = 16
  /// One image of its own is enough to stay within these: the guide to calibration has measurements.
  private static let farthestShift = 0.6
  private static let usualSpread = 0.8...1.25

  private static func spelled(_ value: Double) -> String {
    ReportText.fixed(value, 2)
  }

  /// Of an array, whose samples are taken as the model's input as they are.
  static func warnings(_ array: NPYSource, _ preprocessing: Preprocessing) -> [String] {
    let possible = preprocessing.valueRange
    guard let lowest = possible.map(\.lowest).min(), let highest = possible.map(\.highest).max(),
      let range = array.range
    else { return [] }
    if range.lowerBound == range.upperBound {
      return ["\(array.file) holds nothing but \(spelled(range.lowerBound))"]
    }
    let slack = (highest - lowest) * 0.01
    let isOutside = range.lowerBound < lowest - slack || range.upperBound > highest + slack
    // Normalised images have dark pixels below zero.
    let isUnscaled = range.lowerBound >= 0 && range.upperBound <= 1 && lowest < -slack
    let isInteger = array.isInteger && highest < 100
    guard isOutside || isUnscaled || isInteger else { return [] }
    let kind = array.isInteger ? "whole numbers" : "values"
    return [
      "\(array.file) holds \(kind) from \(spelled(range.lowerBound)) to \(spelled(range.upperBound)), the preprocessing makes "
        + "\(spelled(lowest)) to \(spelled(highest)): raw pixels? Arrays are taken as the model's input as they are, mean and "
        + "std are not applied (--preset says what others made)"
    ]
  }

  private static func spelled(_ value: Float) -> String {
    value == value.rounded() && value.magnitude < 1e6
      ? "\(Int(value))" : ReportText.fixed(Double(value), 2)
  }
}
