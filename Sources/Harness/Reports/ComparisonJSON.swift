/// The comparison for scripts: the keys of schema version 1 are a contract.
enum ComparisonJSON {
  static func text(_ comparison: Comparison, _ listing: any AnswerListing) -> String {
    let facts = comparison.facts
    let circumstances =
      JSONValue.present(
        "warnings", facts.warnings.isEmpty ? nil : .array(facts.warnings.map(JSONValue.string)))
      + JSONValue.present("arithmetic", facts.provenance?.arithmetic?.json)
      + JSONValue.present("provenance", facts.provenance?.json)
    return JSONValue.object(
      [
        .init("schemaVersion", 1)
      ] + Self.task(comparison) + [
        .init("model", Self.model(facts.model)),
        .init("dataset", Self.dataset(facts.dataset)),
        .init("preprocessing", .object(facts.preprocessing.map { .init($0.key, $0.value) })),
        .init("machine", Self.machine(facts.machine)),
        .init("command", facts.command),
        .init("sampling", facts.sampling.rawValue),
        .init("maxDrop", facts.maxDrop),
      ] + JSONValue.present("minAgreement", facts.minAgreement.map(JSONValue.number)) + [
        .init("verdict", comparison.verdict), .init("ship", Self.ship(comparison)),
      ] + circumstances + [
        .init(
          "arms",
          .array(
            comparison.arms.enumerated().map { Self.arm($1, at: $0, facts.task, listing) })),
        .init("pairings", .array(comparison.pairings.map(Self.pairing))),
        .init("activations", .array(comparison.activations.map(Self.activation))),
        .init("records", listing.images),
      ] + Self.timing(comparison.arms)
    ).text
  }

  /// Which file to ship; null where only the original was measured.
  private static func ship(_ comparison: Comparison) -> JSONValue {
    guard let text = ShippingText(comparison) else { return .null }
    let arm = text.shipping.file.result
    return .object([
      .init("finding", text.shipping.finding.rawValue),
      .init("arm", arm.name),
      .init("sameFile", .array(text.shipping.file.arms.dropFirst().map { .string($0.name) })),
      .init("file", arm.file),
      .init("bytes", arm.bytes),
      .init("verdict", arm.verdict),
      .init("drop", arm.drop),
      .init("dropInterval", arm.dropInterval),
      .init("sentence", text.sentence),
      .init("next", text.next),
    ])
  }

  private static func model(_ model: ComparisonFacts.Model) -> JSONValue {
    .object(
      [
        .init("name", model.name),
        .init("sha256", model.sha256),
        .init("bytes", model.bytes),
        .init("parameters", model.parameters),
      ] + JSONValue.present("files", model.files.map { .array($0.map(\.json)) }))
  }

  private static func dataset(_ dataset: ComparisonFacts.Dataset) -> JSONValue {
    .object(
      [
        .init("count", dataset.count),
        .init("available", dataset.available),
        .init("classes", dataset.classes),
      ] + JSONValue.present("classesWithImages", dataset.classesWithImages.map(JSONValue.int)) + [
        .init("calibrationCount", dataset.calibrationCount),
        .init("overlap", dataset.overlap),
        .init("skipped", dataset.skipped.count),
        .init("skippedImages", dataset.skipped),
      ])
  }

  private static func machine(_ machine: ComparisonFacts.Machine) -> JSONValue {
    .object([
      .init("cpu", machine.cpu),
      .init("cores", machine.cores),
      .init("blas", machine.blas),
      .init("threads", machine.threads),
    ])
  }

  /// What is measured, where that is not classification.
  private static func task(_ comparison: Comparison) -> [JSONValue.Member] {
    guard comparison.facts.task != .classification else { return [] }
    return [
      .init("task", comparison.facts.task.rawValue), .init("metric", comparison.kind.name),
      .init("intervals", comparison.intervals),
    ]
  }

  private static func arm(
    _ arm: ArmResult, at index: Int, _ task: TaskKind, _ listing: any AnswerListing
  ) -> JSONValue {
    let keys = MetricKeys(of: task)
    return .object(
      [
        .init("name", arm.name),
        .init("kind", arm.kind.rawValue),
        .init("scheme", arm.scheme),
        .init("method", arm.method),
        .init("granularity", arm.granularity),
        .init("file", arm.file),
        .init("bytes", arm.bytes),
      ] + JSONValue.present("sha256", arm.sha256.map(JSONValue.string)) + [
        .init("compression", arm.compression),
        .init("bitsPerWeight", arm.bitsPerWeight),
        .init(keys.value, arm.metric),
      ] + JSONValue.present("top5", arm.top5.map(JSONValue.number)) + [
        .init(keys.interval, arm.metricInterval)
      ] + (arm.details?.members ?? []) + [
        .init("drop", arm.drop),
        .init("dropInterval", arm.dropInterval),
        .init("broken", arm.broken),
        .init("fixed", arm.fixed),
        .init("pValue", arm.pValue),
        .init("midP", arm.midP),
        .init("adjustedP", arm.adjustedP),
        .init("agreement", arm.agreement),
        .init("logitSQNR", arm.logitSQNR),
        .init("logitKL", arm.logitKL),
        // Scripts may ask for these keys; what clocks said is under `timing`.
        .init("quantizeSeconds", .null),
        .init("imagesPerSecond", .null),
        .init("tensorsWithoutObservations", arm.tensorsWithoutObservations),
        .init("verdict", arm.verdict),
        .init("imagesNeeded", arm.imagesNeeded),
        .init("notes", arm.notes),
        .init(
          "layers",
          .array(arm.layers.map { .object([.init("layer", $0.layer), .init("sqnr", $0.sqnr)]) })),
      ] + listing.answers(ofArm: index) + [
        .init(
          "hardware",
          arm.hardware?.json(keys) { listing.answers(ofArm: index, on: $0) } ?? .null),
        .init("hardwareAgreement", arm.hardwareAgreement),
        .init("saturation", (arm.saturation ?? []).json),
      ])
  }

  /// What clocks said, apart from all else, which is the same whenever the same is measured.
  private static func timing(_ arms: [ArmResult]) -> [JSONValue.Member] {
    let timed = arms.compactMap { arm in arm.timing.map { (arm.name, $0) } }
    guard !timed.isEmpty else { return [] }
    let rows = timed.map { name, timing in
      JSONValue.object([
        .init("name", name), .init("quantizeSeconds", timing.quantizeSeconds),
        .init("imagesPerSecond", timing.imagesPerSecond), .init("speed", timing.speed),
      ])
    }
    return [.init("timing", .object([.init("arms", .array(rows))]))]
  }

  private static func pairing(_ pairing: Pairing) -> JSONValue {
    .object([
      .init("scheme", pairing.scheme),
      .init("activationBased", pairing.activationBased),
      .init("weightBased", pairing.weightBased),
      .init("difference", pairing.difference),
      .init("differenceInterval", pairing.differenceInterval),
      .init("pValue", pairing.pValue),
      .init("midP", pairing.midP),
      .init("timesSmaller", pairing.timesSmaller.map(Self.ratio) ?? .null),
    ])
  }

  private static func activation(_ activation: ActivationComparison) -> JSONValue {
    .object([
      .init("tensor", activation.tensor),
      .init("chosen", activation.chosen),
      .init("basis", activation.basis?.rawValue),
      .init("observed", activation.observed),
      .init("histogram", .integers(activation.histogram)),
      .init("candidates", .array(activation.candidates.map(Self.candidate))),
    ])
  }

  private static func candidate(_ candidate: ActivationComparison.Candidate) -> JSONValue {
    .object([
      .init("method", candidate.method),
      .init("range", candidate.range),
      .init("sqnr", candidate.sqnr),
      .init("readerError", candidate.readerError),
    ])
  }

  private static func ratio(_ ratio: DropRatio) -> JSONValue {
    .object([.init("ratio", ratio.ratio), .init("interval", ratio.interval)])
  }
}
