extension EvaluationResult {
  /// The result for scripts, with a newline at the end.
  ///
  /// - Parameter records: what the result was made of, kept so that `diff` can pair two results.
  /// - Parameter measured: the records of every hardware, where more than the exact one was asked for.
  public func json(records: [Record], hardware measured: [HardwareRecords] = []) -> String {
    let circumstances =
      JSONValue.present(
        "warnings", warnings.flatMap { $0.isEmpty ? nil : .array($0.map(JSONValue.string)) })
      + JSONValue.present("arithmetic", provenance?.arithmetic?.json)
      + JSONValue.present("provenance", provenance?.json)
    return JSONValue.object(
      [
        .init("model", model),
        .init("count", count),
        .init("top1", top1),
        .init("top5", top5),
        .init("top1Interval", top1Interval),
        .init("perClass", .array(perClass.map(Self.json))),
        .init("skipped", skipped),
        .init("skippedImages", skippedImages),
        .init("nonFinite", nonFinite.map(Self.json) ?? .null),
        .init("imagesPerSecond", imagesPerSecond),
        .init("seconds", seconds?.json ?? .null),
      ] + circumstances + [
        .init("records", RecordColumns.json(records)),
        .init("predictions", RecordColumns.predictions(records)),
        .init("hardware", hardware?.json(.classification, measured.members) ?? .null),
        .init("saturation", (saturation ?? []).json),
      ]
    ).text
  }

  private static func json(_ scores: NonFiniteScores) -> JSONValue {
    .object([
      .init("count", scores.count), .init("firstImage", scores.sample),
      .init("origin", scores.origin),
    ])
  }

  private static func json(_ accuracy: ClassAccuracy) -> JSONValue {
    .object([
      .init("name", accuracy.name),
      .init("count", accuracy.count),
      .init("top1", accuracy.top1),
    ])
  }
}

extension EvaluationResult.Seconds {
  var json: JSONValue {
    .object([.init("decode", decode), .init("inference", inference), .init("total", total)])
  }
}
