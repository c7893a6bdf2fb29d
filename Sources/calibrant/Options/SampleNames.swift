import ArgumentParser

/// What the data of a command that reads one kind is called; other commands tell test images from calibration images.
enum SampleNames {
  static let specification: NameSpecification = [
    .long, .customLong("images"), .customLong("calibration"),
  ]
}
