/// From a detector's outputs to detections in the original image.
public struct BoxReader: Sendable {
  public var decoder: any BoxDecoder
  public var reading: BoxReading
  public var suppression: NonMaximumSuppression

  public init(
    decoder: any BoxDecoder, reading: BoxReading,
    suppression: NonMaximumSuppression = NonMaximumSuppression()
  ) {
    self.decoder = decoder
    self.reading = reading
    self.suppression = suppression
  }

  /// What an image's outputs find, by descending score, at most `suppression.limit`.
  ///
  /// - Parameters:
  ///   - outputs: of one image, in the model's order.
  ///   - geometry: how the image became the model's input.
  public func detections(
    _ outputs: [OutputArray], _ geometry: BoxGeometry
  ) throws(TaskError) -> [Detection] {
    let candidates = try decoder.candidates(outputs, reading)
    let kept =
      decoder.needsSuppression
      ? suppression.kept(candidates) : candidates.best(suppression.limit)
    return kept.map {
      Detection(box: geometry.original($0.box), category: $0.category, score: $0.score)
    }
  }
}
