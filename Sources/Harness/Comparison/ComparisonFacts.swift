/// What a comparison was made of: the model, the images, how they were prepared, and where.
public struct ComparisonFacts: Sendable, Codable, Hashable {
  public struct Model: Sendable, Codable, Hashable {
    /// The file's name without its folder.
    public var name: String
    public var sha256: String
    public var bytes: Int
    public var parameters: Int
    /// The graph's file and its data files, which `sha256` and `bytes` are of; nil where that is not known.
    public var files: [ModelFile.Part]?

    public init(
      name: String, sha256: String, bytes: Int, parameters: Int, files: [ModelFile.Part]? = nil
    ) {
      self.name = name
      self.sha256 = sha256
      self.bytes = bytes
      self.parameters = parameters
      self.files = files
    }
  }

  public struct Dataset: Sendable, Codable, Hashable {
    /// Images that accuracy is measured on.
    public var count: Int

    /// Images there were; more than `count` where a sequential run stopped early.
    public var available: Int

    /// Classes that the labels can name.
    public var classes: Int

    /// Classes that have images; nil where that is not known.
    public var classesWithImages: Int?

    /// Samples that calibration observed.
    public var calibrationCount: Int

    /// Test images whose content is also among the calibration images.
    public var overlap: Int

    /// Unreadable images that were left out, by relative path.
    public var skipped: [String]

    /// Names by class index; may be empty.
    public var classNames: [String]

    public init(
      count: Int, available: Int? = nil, classes: Int, calibrationCount: Int, overlap: Int,
      skipped: [String] = [], classNames: [String] = []
    ) {
      self.count = count
      self.available = available ?? count
      self.classes = classes
      self.calibrationCount = calibrationCount
      self.overlap = overlap
      self.skipped = skipped
      self.classNames = classNames
    }
  }

  /// One part of the preprocessing: `resize` = `256`. A report keeps their order.
  public struct Setting: Sendable, Codable, Hashable {
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  public struct Machine: Sendable, Codable, Hashable {
    public var cpu: String
    public var cores: Int
    public var blas: String
    public var threads: Int

    public init(cpu: String, cores: Int, blas: String, threads: Int) {
      self.cpu = cpu
      self.cores = cores
      self.blas = blas
      self.threads = threads
    }
  }

  public var task = TaskKind.classification
  public var model: Model
  public var dataset: Dataset
  public var preprocessing: [Setting]
  public var machine: Machine

  /// The largest acceptable drop of the metric, a fraction (0.01 = one point); nil asks for no verdict.
  public var maxDrop: Double?

  /// The least acceptable agreement with the original, a fraction; nil asks for no verdict on it.
  public var minAgreement: Double?

  /// Whether the number of images was fixed beforehand.
  public var sampling: Sampling

  /// What was typed, to be typed again: the arguments without the program's own path.
  public var command: [String]

  /// What tells this comparison from others; nil in results of earlier versions.
  public var provenance: Provenance?

  /// What speaks against believing the numbers, one sentence each.
  public var warnings: [String] = []

  public init(
    model: Model, dataset: Dataset, preprocessing: [Setting], machine: Machine,
    maxDrop: Double? = nil, sampling: Sampling = .fixed, command: [String] = [],
    provenance: Provenance? = nil
  ) {
    self.provenance = provenance
    self.model = model
    self.dataset = dataset
    self.preprocessing = preprocessing
    self.machine = machine
    self.maxDrop = maxDrop
    self.sampling = sampling
    self.command = command
  }
}
