import CalibrantTasks

/// What else is known of an arm's answers besides the metric that is judged.
public struct MetricDetails: Sendable, Codable, Hashable {
  /// A further metric: mAP50, pixel accuracy, character error rate.
  public struct Metric: Sendable, Codable, Hashable {
    /// As in JSON.
    public var key: String
    /// As in tables.
    public var title: String
    public var value: Double?

    public init(_ key: String, _ title: String, _ value: Double?) {
      (self.key, self.title, self.value) = (key, title, value)
    }
  }

  /// The metric of one class.
  public struct ClassValue: Sendable, Codable, Hashable {
    public var name: String
    public var value: Double?

    public init(_ name: String, _ value: Double?) { (self.name, self.value) = (name, value) }
  }

  public var metrics: [Metric] = []
  public var perClass: [ClassValue] = []
  /// Of the agreement with the original, 95 %.
  public var agreementInterval: Interval?
  /// How near the outputs are to the original's, part by part; empty for the original.
  public var outputs: [OutputFidelity] = []

  public init() {}

  public var isEmpty: Bool {
    metrics.isEmpty && perClass.isEmpty && outputs.isEmpty && agreementInterval == nil
  }
}

/// How near an output, or a part of it, is to the original's over all images.
public struct OutputFidelity: Sendable, Codable, Hashable {
  public var name: String
  /// Along an axis, where ranges differ so much that one measure would hide the smaller; nil for all of it.
  public var part: OutputPart?
  /// In dB; nil where nothing differs.
  public var sqnr: Double?
  /// nil where one of the two is 0 everywhere.
  public var cosine: Double?
  public var maxAbsError: Double
}

extension MetricDetails {
  /// As keys of an arm in JSON: one per metric, and tables.
  var members: [JSONValue.Member] {
    metrics.map { .init($0.key, $0.value) }
      + JSONValue.present("agreementInterval", agreementInterval?.json)
      + JSONValue.present("perClass", perClass.isEmpty ? nil : .array(perClass.map(\.json)))
      + JSONValue.present("outputs", outputs.isEmpty ? nil : .array(outputs.map(\.json)))
  }
}

extension MetricDetails.ClassValue {
  var json: JSONValue { .object([.init("name", name), .init("metric", value)]) }
}

extension OutputFidelity {
  var json: JSONValue {
    .object([
      .init("name", name), .init("part", part.map(\.json) ?? .null), .init("sqnr", sqnr),
      .init("cosine", cosine), .init("maxAbsError", maxAbsError),
    ])
  }
}

extension OutputPart {
  /// The axis, and the first and the last place along it.
  var json: JSONValue {
    .object([
      .init("axis", axis), .init("from", places.lowerBound), .init("to", places.upperBound - 1),
    ])
  }
}
