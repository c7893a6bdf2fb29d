import CalibrantEngine
import CalibrantTasks

/// One model measured against the labels of any task.
public struct TaskEvaluation: Sendable {
  public let model: String
  public let task: TaskKind
  public let kind: MetricKind
  public let intervals: String
  /// `metric` and the rest; compared with nothing.
  public let result: ArmResult
  public let imageCount: Int
  public let skippedImages: [String]
  /// nil where it is left out.
  public internal(set) var seconds: EvaluationResult.Seconds?
  public internal(set) var provenance: Provenance
  public var warnings: [String] = []
  /// How the model's outputs were read, one sentence each.
  public let notes: [String]
  let listing: TaskListing

  /// - Parameters:
  ///   - measured: led by the arithmetic in which it does worst.
  ///   - part: what was scored of all images.
  init<Task: MeasuredTask>(
    _ model: LoadedModel, _ measured: MeasuredArm<TaskAnswers>, _ statistics: TaskStatistics,
    _ task: Task, _ part: RunPart<Task.Record>, _ images: any MeasuredSamples,
    seconds: EvaluationResult.Seconds?
  ) {
    self.model = model.name
    self.task = task.task
    kind = statistics.kind
    intervals = statistics.intervals
    result = ArmResult(measured, against: nil, statistics)
    imageCount = part.images.count
    skippedImages = part.skipped
    self.seconds = seconds
    provenance = Provenance(model, images)
    notes = task.notes
    listing = TaskListing(task, part, [measured])
  }
}

extension TaskEvaluation {
  private var imagesPerSecond: Double? { seconds?.rate(of: imageCount) }

  /// The result for people.
  public var text: String {
    let details = result.details
    var lines = [
      "\(model): \(kind.name) \(MetricText.value(result.metric)) % "
        + "\(result.metricInterval.map { ReportText.percent($0) } ?? ""), "
        + ReportText.count(imageCount, "image")
    ]
    lines += (details?.metrics ?? []).map {
      "  \($0.title) \(MetricText.value($0.value))\($0.value == nil ? "" : " %")"
    }
    if let classes = details?.perClass, classes.count <= 20 {
      let width = classes.map(\.name.count).max() ?? 0
      lines += classes.map { one in
        let padding = String(repeating: " ", count: width - one.name.count)
        return "  \(one.name)\(padding)  \(MetricText.value(one.value)) %"
      }
    }
    let hardware = result.hardware?.measured ?? []
    lines += hardware.map { hardware, measured in
      "  \(hardware.description): \(kind.name) "
        + MetricText.value(measured.metric, measured.metricInterval)
    }
    lines += EvaluationResult.clamped(result.saturation, isMeasured: !hardware.isEmpty)
    lines += notes.map { "  \($0)" }
    lines += EvaluationResult.circumstances(skippedImages, provenance)
    lines += seconds.map { [$0.sentence(of: imageCount)] } ?? []
    return lines.map(Escaping.terminal).joined(separator: "\n")
  }

  /// The result for scripts, with a newline at the end.
  public var json: String {
    JSONValue.object(
      [
        .init("model", model), .init("task", task.rawValue), .init("count", imageCount),
        .init("metricName", kind.name), .init("metric", result.metric),
        .init("metricInterval", result.metricInterval), .init("intervals", intervals),
      ] + (result.details?.members ?? []) + [
        .init("skipped", skippedImages.count), .init("skippedImages", skippedImages),
        .init("imagesPerSecond", imagesPerSecond),
        .init("seconds", seconds?.json ?? .null),
        .init("warnings", warnings), .init("notes", notes),
        .init("arithmetic", provenance.arithmetic?.json ?? .null),
        .init("provenance", provenance.json), .init("records", listing.images),
      ] + listing.answers(ofArm: 0) + [
        .init("hardware", result.hardware?.json(.general) { _ in [] } ?? .null),
        .init("saturation", (result.saturation ?? []).json),
      ]
    ).text
  }

  /// `path,contentHash`, and what is kept of every image.
  public var csv: String { listing.csv }
}
