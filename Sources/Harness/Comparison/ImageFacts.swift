/// What a report says about the images of a run.
struct ImageFacts {
  var hashes: [String]
  var labels: [Int]
  var available: Int
  var skipped: [String]
  var classNames: [String]
  var settings: [ComparisonFacts.Setting]

  var count: Int { hashes.count }

  init(_ store: ImageStore) {
    hashes = store.hashes
    labels = store.samples.map(\.label)
    available = store.count
    skipped = store.skipped.map(\.path)
    classNames = store.classNames
    settings = store.preprocessing.settings
  }

  func provenance(_ model: LoadedModel, _ calibration: CalibrationData?) -> Provenance {
    Provenance(
      modelSHA256: model.sha256, output: model.scores.name, preprocessing: settings,
      classNames: classNames, dataDigest: DigestSum(labelled: hashes, labels).text,
      calibrationDigest: calibration?.digest, arithmetic: model.arithmetic)
  }
}
