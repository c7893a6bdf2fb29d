/// A class for every pixel, from what a network says of each.
public struct SegmentationTask: VisionTask {
  /// How the first output describes pixels.
  public let output: PixelOutput
  /// The label of pixels that do not count.
  public let ignored: Int?

  public init(_ output: PixelOutput, ignored: Int? = 255) {
    self.output = output
    self.ignored = ignored
  }

  /// How many classes the network tells apart; of label maps, how many they could.
  public var classCount: Int { output.classCount }

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
    guard output == .classes else { return SegmentationMetric(records, classCount: classCount) }
    // A label map does not say how many classes there are.
    let highest = records.compactMap(\.classes.last?.index).max() ?? -1
    return SegmentationMetric(records, classCount: highest + 1)
  }

  /// The height and width of the first output.
  public func size(_ outputs: [OutputArray]) throws(TaskError) -> (height: Int, width: Int) {
    try output.size(first(of: outputs))
  }

  /// The class of each pixel of an image of that size.
  ///
  /// Of scores the highest wins, of equal ones the lowest class; NaN is below all. Scores are resized, not classes: where a
  /// border lies between two of the network's pixels depends on both. A label map's pixels take the label whose centre is
  /// nearest.
  public func prediction(
    _ outputs: [OutputArray], height: Int, width: Int
  ) throws(TaskError) -> LabelMap {
    let first = try first(of: outputs)
    let size = try output.size(first)
    guard output != .classes else {
      return try LabelMap(first, height: size.height, width: size.width)
        .resized(height: height, width: width)
    }
    let scores = BilinearScores(
      output.planes(first), height: size.height, width: size.width, toHeight: height,
      toWidth: width)
    var labels = [UInt16](repeating: 0, count: height * width)
    for y in 0..<height { write(scores, row: y, to: &labels[y * width..<(y + 1) * width]) }
    return LabelMap(height: height, width: width, labels: labels)
  }

  private func first(of outputs: [OutputArray]) throws(TaskError) -> OutputArray {
    guard let output = outputs.first else { throw .missingOutput(index: 0, count: 0) }
    return output
  }

  private func write(_ scores: BilinearScores, row: Int, to labels: inout ArraySlice<UInt16>) {
    guard case .foreground(let threshold) = output else {
      return writeBest(scores, row: row, to: &labels)
    }
    var values = [Float](repeating: 0, count: labels.count)
    scores.write(channel: 0, row: row, to: &values)
    for x in values.indices { labels[labels.startIndex + x] = values[x] > threshold ? 1 : 0 }
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
