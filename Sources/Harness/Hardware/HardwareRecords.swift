import CalibrantEngine

/// What a classifier said of every image, in one arithmetic.
public typealias HardwareRecords = MeasuredOnHardware<[Record]>

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
