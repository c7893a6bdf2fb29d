/// A model card for Hugging Face: results as metadata that the Hub reads, and the report for people.
public struct ModelCard: ReportFormat {
  public static let name = "model-card"
  public static let fileName: String? = nil

  public init() {}

  public func render(_ report: any Reportable) -> String? {
    guard let index = report.modelIndex, let text = MarkdownReport().render(report) else {
      return nil
    }
    return "---\n\(Self.metadata(index))---\n\n\(text)"
  }

  private static func metadata(_ index: ModelIndex) -> String {
    var lines = ["library_name: onnx"]
    if let tag = index.task.pipelineTag { lines.append("pipeline_tag: \(tag)") }
    lines += ["tags:", "- onnx", "- quantized", "- calibrant", "model-index:"]
    lines += index.entries.flatMap { entry in
      ["- name: \(quoted(entry.name))", "  results:"] + results(entry, index)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func results(_ entry: ModelIndex.Entry, _ index: ModelIndex) -> [String] {
    let task = index.task.pipelineTag ?? index.task.rawValue
    return [
      "  - task:", "      type: \(task)", "    dataset:", "      name: \(quoted(index.dataset))",
      "      type: images",
    ] + (index.datasetDigest.map { ["      revision: \(quoted($0))"] } ?? [])
      + ["    metrics:"]
      + entry.metrics.flatMap { metric in
        [
          "    - type: \(quoted(metric.type))", "      name: \(quoted(metric.name))",
          "      value: \(metric.value)",
        ]
      }
  }

  /// A string as YAML has it in quotes, which is as JSON has it.
  private static func quoted(_ text: String) -> String {
    String(JSONValue.string(text).text.dropLast())
  }
}

extension TaskKind {
  /// What the Hub calls the task; nil where it has no name for it.
  fileprivate var pipelineTag: String? {
    switch self {
    case .classification: "image-classification"
    case .detection: "object-detection"
    case .segmentation: "image-segmentation"
    case .embedding: "image-feature-extraction"
    case .text: "image-to-text"
    case .fidelity: nil
    }
  }
}
