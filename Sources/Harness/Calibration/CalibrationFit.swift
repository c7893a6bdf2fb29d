import CalibrantImaging

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
