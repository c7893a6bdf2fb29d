import Testing

@testable import CalibrantTasks

/// Resizing, classes and metrics are those of `Golden/make_segmentation.py`.
struct SegmentationTests {
  struct Golden: Decodable {
    struct Image: Decodable {
      let shape: [Int]
      let scores: [Float]
      let height: Int
      let width: Int
      let resized: [Float]
      let labels: [UInt16]
      let truth: [UInt16]
      let counts: [SegmentationRecord.ClassPixels]

      var output: OutputArray { OutputArray(shape: [1] + shape, values: scores) }
      var truthMap: LabelMap { LabelMap(height: height, width: width, labels: truth) }
    }
    struct Metrics: Decodable {
      let weights: [Int]
      let mIoU: Double?
      let perClass: [Double?]
      let pixelAccuracy: Double?
    }

    /// One number per pixel: a score, or the class.
    struct Single: Decodable {
      let threshold: Float?
      let shape: [Int]
      let scores: [Float]
      let height: Int
      let width: Int
      let labels: [UInt16]
      let truth: [UInt16]
      let counts: [SegmentationRecord.ClassPixels]
      let metrics: Metrics
    }

    let classes: Int
    let images: [Image]
    let metrics: [Metrics]
    let foregrounds: [Single]
    let maps: [Single]
  }

  private let values: Golden
  private let task: SegmentationTask

  init() throws {
    values = try GoldenFile.values("segmentation.json")
    task = SegmentationTask(.scores(classCount: values.classes))
  }

  @Test func scoresAreResizedAsPyTorchDoes() {
    for image in values.images {
      let scores = BilinearScores(
        image.scores, height: image.shape[1], width: image.shape[2], toHeight: image.height,
        toWidth: image.width)
      var row = [Float](repeating: 0, count: image.width)
      for channel in 0..<image.shape[0] {
        for y in 0..<image.height {
          scores.write(channel: channel, row: y, to: &row)
          let start = (channel * image.height + y) * image.width
          for (x, value) in row.enumerated() {
            #expect(abs(value - image.resized[start + x]) <= 4 * max(abs(value), 1).ulp)
          }
        }
      }
    }
  }

  @Test func classesAndCountsAreNumPys() throws {
    for image in values.images {
      let map = try task.prediction([image.output], height: image.height, width: image.width)
      #expect(map.labels == image.labels)
      #expect(try task.record([image.output], truth: image.truthMap).classes == image.counts)
    }
  }

  @Test func metricsAreNumPys() throws {
    let records = try values.images.map { try task.record([$0.output], truth: $0.truthMap) }
    let metric = task.metric(of: records)
    for expected in values.metrics {
      expectClose(metric.value(weights: expected.weights), expected.mIoU)
      expectClose(metric.pixelAccuracy(weights: expected.weights), expected.pixelAccuracy)
      for (value, right) in zip(metric.perClass(weights: expected.weights), expected.perClass) {
        expectClose(value, right)
      }
    }
  }

  /// With and without axes for batch and channel.
  @Test func onePerPixelIsNumPys() throws {
    for single in values.foregrounds + values.maps {
      let task = SegmentationTask(single.threshold.map { .foreground(above: $0) } ?? .classes)
      let size = Array(single.shape.suffix(2))
      let truth = LabelMap(height: single.height, width: single.width, labels: single.truth)
      for shape in [size, [1] + size, [1, 1] + size, [1] + size + [1]] {
        let outputs = [OutputArray(shape: shape, values: single.scores)]
        let map = try task.prediction(outputs, height: single.height, width: single.width)
        #expect(map.labels == single.labels)
        let record = try task.record(outputs, truth: truth)
        #expect(record.classes == single.counts && task.isPossible(record))
        let metric = task.metric(of: [record])
        expectClose(metric.value(weights: [1]), single.metrics.mIoU)
        expectClose(metric.pixelAccuracy(weights: [1]), single.metrics.pixelAccuracy)
      }
    }
  }

  @Test func channelsMayComeLast() throws {
    for image in values.images {
      let (classes, pixels) = (image.shape[0], image.shape[1] * image.shape[2])
      let last = (0..<pixels).flatMap { pixel in
        (0..<classes).map { image.scores[$0 * pixels + pixel] }
      }
      let output = OutputArray(shape: [1, image.shape[1], image.shape[2], classes], values: last)
      let task = SegmentationTask(.scores(classCount: classes, isChannelsLast: true))
      let map = try task.prediction([output], height: image.height, width: image.width)
      #expect(map.labels == image.labels)
    }
  }

  @Test(arguments: [-1, 0.5, 65_536, .nan, .infinity] as [Float])
  func labelsAreWholeNumbers(_ label: Float) {
    let output = OutputArray(shape: [1, 1, 2], values: [3, label])
    #expect {
      try SegmentationTask(.classes).prediction([output], height: 1, width: 2)
    } throws: {
      if case TaskError.notALabel = $0 { true } else { false }
    }
  }

  @Test func aWeightIsSoManyImages() throws {
    let records = try values.images.map { try task.record([$0.output], truth: $0.truthMap) }
    let repeated = task.metric(of: [records[0], records[0], records[2]])
    #expect(
      task.metric(of: records).value(weights: [2, 0, 1, 0, 0])
        == repeated.value(weights: [1, 1, 1]))
  }

  @Test func theLowestOfEqualClassesWinsAndNaNNever() throws {
    let scores: [Float] = [.nan, 1, 2, 1, 2, .nan]  // three classes of two pixels
    let output = OutputArray(shape: [3, 1, 2], values: scores)
    let map = try SegmentationTask(.scores(classCount: 3)).prediction([output], height: 1, width: 2)
    #expect(map.labels == [1, 0])
  }

  @Test func recordsOfFilesAreChecked() {
    func record(_ pixels: SegmentationRecord.ClassPixels...) -> SegmentationRecord {
      SegmentationRecord(classes: pixels)
    }
    let whole = SegmentationRecord.ClassPixels(index: 4, truth: 3, predicted: 2, correct: 2)
    let beyond = SegmentationRecord.ClassPixels(index: 5, truth: 3, predicted: 2, correct: 2)
    let endless = SegmentationRecord.ClassPixels(index: 0, truth: .max, predicted: 2, correct: 2)
    #expect(task.isPossible(record(whole)))
    #expect(!task.isPossible(record(whole, whole)))
    #expect(!task.isPossible(record(beyond)))
    #expect(!task.isPossible(record(endless)))
  }

  @Test func whatCannotBeReadIsRefused() throws {
    let output = OutputArray(shape: [1, 5], values: [0, 0, 0, 0, 0])
    let map = LabelMap(height: 1, width: 1, labels: [0])
    #expect(throws: TaskError.missingOutput(index: 0, count: 0)) {
      try task.record([], truth: map)
    }
    #expect(throws: TaskError.wrongShape(shape: [1, 5], expected: "1 x 5 x H x W")) {
      try task.record([output], truth: map)
    }
    let foreign = LabelMap(height: 1, width: 2, labels: [255, 9])
    #expect(throws: TaskError.unknownClass(9, classCount: 5)) {
      try task.record([values.images[0].output], truth: foreign)
    }
  }
}

/// Equal to 12 digits, or both missing.
func expectClose(
  _ value: Double?, _ right: Double?, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let value, let right else {
    #expect(value == nil && right == nil, sourceLocation: sourceLocation)
    return
  }
  #expect(abs(value - right) <= 1e-12 * max(1, abs(right)), sourceLocation: sourceLocation)
}
