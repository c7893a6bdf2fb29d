/// What a report says about the images of a run.
struct ImageFacts {
  var images: PartImages
  var available: Int
  var skipped: [String]
  var classNames: [String]
  var settings: [ComparisonFacts.Setting]

  var count: Int { images.count }

  /// - Parameter images: all that were read, `store` the last of them.
  init(_ images: PartImages, skipped: [String], _ store: any MeasuredSamples, available: Int) {
    (self.images, self.skipped, self.available) = (images, skipped, available)
    classNames = store.classNames
    settings = store.settings
  }

  init(_ store: any MeasuredSamples) {
    self.init(
      PartImages(store, at: 0..<store.count), skipped: store.skipped.map(\.path), store,
      available: store.count)
  }

  func provenance(_ model: LoadedModel, _ calibration: CalibrationData?) -> Provenance {
    Provenance(
      modelSHA256: model.sha256, output: model.scores.name, preprocessing: settings,
      classNames: classNames, dataDigest: images.digest.text,
      calibrationDigest: calibration?.digest, arithmetic: model.arithmetic)
  }
}
