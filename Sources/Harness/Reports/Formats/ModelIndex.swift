import Foundation

/// What Hugging Face's model cards state of results: `model-index` in their metadata.
///
/// https://huggingface.co/docs/hub/model-cards#evaluation-results
public struct ModelIndex: Sendable, Equatable {
  public struct Entry: Sendable, Equatable {
    /// Of the file.
    var name: String
    var metrics: [Metric]
  }

  public struct Metric: Sendable, Equatable {
    /// As the Hub's metrics are called: "accuracy".
    var type: String
    /// In the program's own words.
    var name: String
    /// A share of 1, or what the metric is counted in.
    var value: Double
  }

  var task: TaskKind
  /// In words: "1,000 images of 10 classes".
  var dataset: String
  /// What tells its images from others.
  var datasetDigest: String?
  var entries: [Entry]
}

extension ModelIndex.Entry {
  /// nil where nothing could be measured.
  fileprivate init?(_ file: ComparedFile, of model: String, _ task: TaskKind, _ kind: MetricName) {
    let arm = file.result
    guard let metric = arm.metric, metric.isFinite else { return nil }
    name = "\(model) (\(file.name))"
    metrics = [.init(type: kind.type, name: kind.name, value: metric)]
    if let top5 = arm.top5 { metrics.append(.init(type: "accuracy", name: "top-5", value: top5)) }
    if let agreement = arm.agreement {
      metrics.append(
        .init(
          type: "agreement", name: "\(task.agreementTitle) as the original's", value: agreement))
    }
  }
}

/// A metric as the Hub calls it, and as reports do.
private struct MetricName {
  var type: String
  var name: String

  init(_ name: String) {
    let types = [
      "top-1": "accuracy", "mAP": "mean_average_precision", "mIoU": "mean_iou",
      "exact match": "exact_match", "recall@1": "recall",
    ]
    (self.type, self.name) = (types[name] ?? name, name)
  }
}

extension ComparisonRun.Outcome {
  public var modelIndex: ModelIndex? {
    let facts = comparison.facts
    let kind = MetricName(comparison.kind.name)
    return ModelIndex(
      task: facts.task,
      dataset: ReportText.count(facts.dataset.count, "image")
        + (facts.dataset.classes > 0
          ? " of \(ReportText.count(facts.dataset.classes, "class"))" : ""),
      datasetDigest: facts.provenance?.dataDigest,
      entries: comparison.files.compactMap {
        .init($0, of: facts.model.name, facts.task, kind)
      })
  }
}

extension EvaluationOutcome {
  public var modelIndex: ModelIndex? {
    switch self {
    case .classes(let report):
      let result = report.result
      return ModelIndex(
        task: .classification, dataset: ReportText.count(result.count, "image"),
        datasetDigest: result.provenance?.dataDigest,
        entries: [
          .init(
            name: result.model,
            metrics: [
              .init(type: "accuracy", name: "top-1", value: result.top1),
              .init(type: "accuracy", name: "top-5", value: result.top5),
            ])
        ])
    case .task(let report):
      let kind = MetricName(report.kind.name)
      return ModelIndex(
        task: report.task, dataset: ReportText.count(report.imageCount, "image"),
        datasetDigest: report.provenance.dataDigest,
        entries: report.result.metric.map {
          [
            .init(
              name: report.model, metrics: [.init(type: kind.type, name: kind.name, value: $0)])
          ]
        } ?? [])
    }
  }
}
