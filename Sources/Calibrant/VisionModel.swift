import Foundation
import CalibrantHarness
import CalibrantImaging
import CalibrantLinearAlgebra
import CalibrantQuantization

/// An ONNX vision model: what it is worth on images, and what quantizing it costs.
///
///     let model = try VisionModel("model.onnx")
///     let comparison = try model.compare(images: "test/", calibration: "calibration/", schemes: ["w8a8"])
///     for arm in comparison.arms { print(arm.name, arm.metric ?? .nan, arm.bytes) }
///
/// Every call reads its files, works on `jobs` threads, and throws what `Failure` has a sentence and an exit code for. Equal files give
/// equal results, whatever `jobs` is.
public struct VisionModel: Sendable {
  private let model: LoadedModel

  /// How images become the model's input; torchvision's recipe for ImageNet unless it is said.
  public var preprocessing: Preprocessing
  /// What is measured, and by which labels: classes of image folders unless it is said.
  public var task = TaskSettings()
  /// Workers, each on a core. They change no result.
  public var jobs = MachineFacts.cores
  /// Of whatever is drawn: samples of images, and their order.
  public var seed: UInt64 = 0
  /// Whether progress and notes go to standard error.
  public var isQuiet = true

  /// Loads a model, every node of which can be run.
  ///
  /// - Parameters:
  ///   - path: of an ONNX file, quantized or not.
  ///   - preprocessing: nil takes ImageNet's recipe at the model's size: the shorter side to 256/224 of it, the middle cropped.
  /// - Throws: `ModelError` for a file that cannot be read, `GraphError` naming nodes that cannot run.
  public init(_ path: String, preprocessing: Preprocessing? = nil) throws {
    _ = Self.threads
    model = try LoadedModel(path)
    let input = try? model.input
    let side = [input?.height, input?.width].compactMap(\.self).min()
    self.preprocessing = preprocessing ?? .imagenet(side: side ?? 224)
  }

  /// OpenBLAS must not start threads of its own beside the workers', and takes the kernels of this CPU.
  private static let threads: Void = BLAS.prepare()

  /// How large the file is, with its external data.
  public var bytes: Int { model.bytes }
  public var parameters: Int { model.parameters }

  private var context: RunContext { RunContext(jobs: jobs, seed: seed, isQuiet: isQuiet) }

  private func data(_ images: String, _ labels: String?, _ limit: Int?) -> MeasuredData {
    var data = MeasuredData(.images(images), task)
    data.labels = labels
    data.limit = limit
    return data
  }

  private func scheme(_ name: String) throws -> SchemeName { try SchemeName(name) }

  private func method(_ name: String) throws -> any CalibrationMethod {
    guard let method = StandardMethods.named(name) else {
      throw HarnessError.badOption(
        "method '\(name)' is none of \(StandardMethods.names.joined(separator: ", "))")
    }
    return method
  }
}

// MARK: - Measuring

extension VisionModel {
  /// Measures the model on labelled images.
  ///
  /// - Parameters:
  ///   - images: a folder with a folder per class, or a CSV of `path,label`.
  ///   - labels: a file with the names of the model's classes, one a line; nil where folders are all of them, in order.
  ///   - limit: a class-balanced sample of so many images; nil takes all.
  public func evaluate(
    images: String, labels: String? = nil, limit: Int? = nil
  ) throws -> EvaluationOutcome {
    try EvaluationRun(data(images, labels, limit), .exact, context).run(model, preprocessing)
  }

  /// Measures what quantizing the model costs: the original against files made without data and with it, on the same images.
  ///
  /// - Parameters:
  ///   - images: as of `evaluate`; without labels the original is the reference.
  ///   - calibration: a folder of images that the test never sees, or a `.npy` array of the model's inputs.
  ///   - schemes: bits of weights and, where they are quantized, of activations: "w8", "w4", "w8a8", "w4a8".
  ///   - methods: by which ranges of activations are chosen: "auto", "minmax", "percentile", "entropy", "mse".
  ///   - maxDrop: the largest acceptable drop of the metric, a share: 0.01 is a point. nil asks for no verdict.
  ///   - report: a folder for the report in every format, and the quantized files under `models/`; nil keeps none.
  ///   - options: how files are quantized.
  public func compare(
    images: String, labels: String? = nil, limit: Int? = nil, calibration: String,
    schemes: [String] = ["w8", "w4", "w8a8"], methods: [String] = ["auto"], maxDrop: Double? = nil,
    report: String? = nil, options: QuantizationOptions = QuantizationOptions()
  ) throws -> Comparison {
    let scratch = try ScratchFolder()
    return try withExtendedLifetime(scratch) {
      let folder = report.map { URL(filePath: $0) } ?? scratch.url
      try FileManager.default.createDirectory(
        at: folder.appending(path: "models"), withIntermediateDirectories: true)
      var run = ComparisonRun(data(images, labels, limit), in: folder, context)
      run.calibration = CalibrationSamples(try SampleFiles([calibration]))
      run.schemes = try schemes.map(scheme)
      run.methods = try methods.map(method)
      run.maxDrop = maxDrop
      run.options = options
      return try run.run(model, preprocessing, writesReport: report != nil).comparison
    }
  }
}

// MARK: - Quantizing

extension VisionModel {
  /// Quantizes from the file alone (weight-based).
  ///
  /// - Parameters:
  ///   - path: of the quantized file, which appears complete or not at all.
  ///   - correctsBiases: whether biases make up for what rounding does to predicted inputs.
  @discardableResult
  public func quantize(
    to path: String, scheme: String = "w8", correctsBiases: Bool = false,
    options: QuantizationOptions = QuantizationOptions()
  ) throws -> QuantizedFileSummary {
    var run = QuantizationRun(try self.scheme(scheme), context)
    run.options = options
    run.correctsBiases = correctsBiases
    return try run.run(model, preprocessing, to: path)
  }

  /// Quantizes with what the model sees (activation-based).
  ///
  /// - Parameters:
  ///   - samples: a folder of images, 50 to 500 of what the model is for, or a `.npy` array of its inputs; labels are not needed.
  ///   - path: of the quantized file, which appears complete or not at all.
  ///   - method: by which ranges of activations are chosen.
  @discardableResult
  public func calibrate(
    on samples: String, to path: String, scheme: String = "w8a8", method: String = "auto",
    options: QuantizationOptions = QuantizationOptions()
  ) throws -> QuantizedFileSummary {
    var run = CalibrationRun(try self.scheme(scheme), try self.method(method), context)
    run.options = options
    let samples = CalibrationSamples(try SampleFiles([samples]))
    return try run.run(model, preprocessing, on: samples, to: path).summary
  }
}
