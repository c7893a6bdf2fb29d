extension EvaluationResult {
  /// The result for scripts, with a newline at the end.
  public var json: String {
    JSONValue.object([
      .init("model", model),
      .init("count", count),
      .init("top1", top1),
      .init("top5", top5),
      .init("top1Interval", top1Interval),
      .init("perClass", .array(perClass.map(Self.json))),
      .init("skipped", skipped),
      .init("skippedImages", skippedImages),
      .init("imagesPerSecond", imagesPerSecond),
      .init(
        "seconds",
        .object([
          .init("decode", seconds.decode),
          .init("inference", seconds.inference),
          .init("total", seconds.total),
        ])),
    ]).text
  }

  private static func json(_ accuracy: ClassAccuracy) -> JSONValue {
    .object([
      .init("name", accuracy.name),
      .init("count", accuracy.count),
      .init("top1", accuracy.top1),
    ])
  }
}
