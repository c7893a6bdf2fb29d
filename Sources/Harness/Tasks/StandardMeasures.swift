import CalibrantTasks

/// How each task is measured: to add one, add its file and its line here.
public enum StandardMeasures {
  /// - Parameters:
  ///   - original: which decides how many classes, boxes or values there are.
  ///   - images: of the data's set, or some of it.
  /// - Returns: nil for classification, which has records of its own (`ClassificationBench`).
  public static func measure(
    _ settings: TaskSettings, _ data: TaskData, of original: LoadedModel,
    on images: any MeasuredSamples
  ) throws -> (any MeasuredTask)? {
    guard data.task != .classification else { return nil }
    try data.check(images)
    let subject = try TaskSubject(original, images, settings, data)
    return switch data.task {
    case .classification: nil
    case .detection: try DetectionMeasure(subject)
    case .segmentation: try SegmentationMeasure(subject)
    case .embedding: try EmbeddingMeasure(subject)
    case .text: try TextMeasure(subject)
    case .fidelity: try FidelityMeasure(subject)
    }
  }
}

/// What a measure is made for.
struct TaskSubject {
  let model: LoadedModel
  let images: any MeasuredSamples
  let settings: TaskSettings
  let data: TaskData
  /// The names of the model's outputs, and what it gives for the first image.
  let names: [String]
  let outputs: [OutputArray]

  init(
    _ model: LoadedModel, _ images: any MeasuredSamples, _ settings: TaskSettings, _ data: TaskData
  ) throws {
    (self.model, self.images, self.settings, self.data) = (model, images, settings, data)
    let program = try model.program()
    names = program.outputNames
    outputs =
      try OutputRun(images: images, jobs: 1, isQuiet: true).outputs(of: program, [0]).first ?? []
  }

  /// The first output, which most tasks read.
  var first: OutputArray {
    get throws(TaskError) {
      guard let output = outputs.first else { throw .missingOutput(index: 0, count: 0) }
      return output
    }
  }
}

extension DetectionMeasure {
  init(_ subject: TaskSubject) throws {
    let (images, settings) = (subject.images, subject.settings)
    let (height, width) = (images.sampleShape[1], images.sampleShape[2])
    var reading = BoxReading(width: width, height: height)
    var labels: BoxTruths?
    if case .boxes(let boxes) = subject.data.truths { labels = boxes }
    if let labels, labels.areModelClasses { reading.classCount = labels.categories.count }
    let decoder =
      try settings.boxes.flatMap { StandardBoxDecoders.named($0) }
      ?? StandardBoxDecoders.guess(
        shapes: subject.outputs.map(\.shape), width: width, height: height,
        classCount: reading.classCount)
    reader = BoxReader(
      decoder: decoder, reading: reading,
      suppression: NonMaximumSuppression(overlap: settings.overlap))
    confidence = settings.confidence ?? DetectionMeasure.usualConfidence
    geometry = { images.geometry(of: $0) }
    truth = nil
    if let labels {
      truth = { labels.truth(of: images.samples[$0], images.geometry(of: $0)) }
    }
    classNames = labels?.categories ?? images.classNames
  }
}

extension SegmentationMeasure {
  init(_ subject: TaskSubject) throws {
    let images = subject.images
    let reading = try PixelReading(subject)
    reader = SegmentationTask(reading.output, ignored: subject.settings.ignored)
    notes = reading.notes
    classNames = images.classNames
    mask = nil
    if case .masks(let masks) = subject.data.truths {
      mask = { try masks.mask(of: images.samples[$0], images.geometry(of: $0)) }
    }
  }
}

extension TextMeasure {
  init(_ subject: TaskSubject) throws {
    let images = subject.images
    guard let path = subject.settings.dictionary else {
      throw HarnessError.badOption("--task text needs --dictionary, the symbols that are read")
    }
    let classes = try subject.first.shape.last ?? 0
    decoder = CTCDecoder(try TextDictionary(contentsOf: path, classes: classes))
    truth = nil
    if case .texts(let texts) = subject.data.truths {
      truth = { texts.text(of: images.samples[$0]) }
    }
  }
}

extension EmbeddingMeasure {
  init(_ subject: TaskSubject) throws {
    length = try subject.first.values.count
    gallery = subject.settings.gallery
    truth = nil
    switch subject.data.truths {
    case .classes: truth = .identities(subject.images.samples.map(\.label))
    case .pairs(let pairs): truth = .pairs(pairs.places(in: subject.images))
    case .none, .boxes, .masks, .texts: break
    }
  }
}

extension FidelityMeasure {
  init(_ subject: TaskSubject) throws {
    let scores = subject.model.scores
    let isClassifier = scores.kind == .classes && scores.classes != nil
    classes = isClassifier ? subject.names.firstIndex(of: scores.name) : nil
  }
}
