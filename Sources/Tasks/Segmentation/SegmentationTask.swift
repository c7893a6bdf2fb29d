/// A class for every pixel, from scores of N x C x H x W.
public struct SegmentationTask: VisionTask {
  /// The label of pixels that do not count.
  public let ignored: Int?
  /// How many classes the network tells apart.
  public let classCount: Int

  public init(classCount: Int, ignored: Int? = 255) {
    self.classCount = classCount
    self.ignored = ignored
  }

  public var kind: MetricKind { MetricKind(name: "mIoU") }

  /// Resizes the first output to the truth's size and compares the best classes.
  public func record(
    _ outputs: [OutputArray], truth: LabelMap
  ) throws(TaskError) -> SegmentationRecord {
    try check(truth)
    let predicted = try prediction(outputs, height: truth.height, width: truth.width)
    return SegmentationRecord(predicted: predicted, truth: truth, ignored: ignored)
  }

  public func isPossible(_ record: SegmentationRecord) -> Bool {
    let indices = record.classes.map(\.index)
    return zip(indices, indices.dropFirst()).allSatisfy { $0 < $1 }
      && record.classes.allSatisfy { pixels in
        (0..<classCount).contains(pixels.index)
          && (0...min(pixels.truth, pixels.predicted)).contains(pixels.correct)
          && max(pixels.truth, pixels.predicted) <= SegmentationRecord.pixelLimit
      }
  }

  public func metric(of records: [SegmentationRecord]) -> SegmentationMetric {
    SegmentationMetric(records, classCount: classCount)
  }

  /// The class of the highest score of each pixel of an image of that size, the lowest of equals; NaN is below all.
  ///
  /// Scores are resized, not classes: where a border lies between two of the network's pixels depends on both.
  public func prediction(
    _ outputs: [OutputArray], height: Int, width: Int
  ) throws(TaskError) -> LabelMap {
    guard let output = outputs.first else { throw .missingOutput(index: 0, count: 0) }
    guard let lengths = output.lengths(rank: 3), lengths[0] == classCount,
      lengths[1] > 0, lengths[2] > 0
    else { throw .wrongShape(shape: output.shape, expected: "1 x \(classCount) x H x W") }
    let scores = BilinearScores(
      output.values, height: lengths[1], width: lengths[2], toHeight: height, toWidth: width)
    var labels = [UInt16](repeating: 0, count: height * width)
    for y in 0..<height { writeBest(scores, row: y, to: &labels[y * width..<(y + 1) * width]) }
    return LabelMap(height: height, width: width, labels: labels)
  }

  private func writeBest(
    _ scores: BilinearScores, row: Int, to labels: inout ArraySlice<UInt16>
  ) {
    var best = [Float](repeating: -.infinity, count: labels.count)
    var values = best
    for channel in 0..<classCount {
      scores.write(channel: channel, row: row, to: &values)
      for x in values.indices where values[x] > best[x] {
        best[x] = values[x]
        labels[labels.startIndex + x] = UInt16(channel)
      }
    }
  }

  /// Whether the network tells all classes of a truth apart.
  public func check(_ truth: LabelMap) throws(TaskError) {
    let unknown = truth.labels.first { Int($0) >= classCount && Int($0) != ignored }
    if let unknown { throw .unknownClass(Int(unknown), classCount: classCount) }
  }
}
