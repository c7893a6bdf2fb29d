import CalibrantEngine
import Foundation
import CalibrantONNXFormat

/// A model file as a user would load it, with the facts reports state; every node of it can run.
public struct LoadedModel: Sendable {
  public let file: ModelFile
  public let model: Model
  private let imageInput: Result<ImageInput, HarnessError>
  /// Layers whose sums x86 CPUs without VNNI clamp for some input.
  public let saturation: [LayerSaturation]
  /// The output that is ranked.
  public let scores: ScoreOutput

  /// All that the model reads.
  public let inputs: ModelInputs

  /// Where the channels of its image are, where that was said.
  public let layout: ImageInput.Layout?

  /// How quantized layers are computed on exact hardware.
  public let arithmetic: Arithmetic

  /// What whoever reads its results should know of how it is read.
  public let notes: [String]

  /// - Parameters:
  ///   - output: the name of the output to rank; nil takes the first that looks like class scores.
  ///   - layout: of the images that it reads; nil where its input's shape tells.
  /// - Throws: `HarnessError.badOption` for a layout that contradicts the shape.
  public init(
    _ path: String, output: String? = nil, arithmetic: Arithmetic = .integer,
    layout: ImageInput.Layout? = nil
  ) throws {
    try self.init(
      path, output: output, arithmetic: arithmetic, layout: layout, saturation: nil)
  }

  /// - Parameter saturation: where it is known, as finding it out takes as long as loading the model.
  init(
    _ path: String, output: String?, arithmetic: Arithmetic, layout: ImageInput.Layout?,
    saturation known: [LayerSaturation]?
  ) throws {
    self.arithmetic = arithmetic
    self.layout = layout
    var model = try Model(contentsOf: path)
    if let layout { try model.declare(layout) }
    self.model = model
    let program = try Program(model, optimizing: false)
    inputs = ModelInputs(of: program)
    imageInput = Result { () throws(HarnessError) in try ImageInput(of: program) }
    scores = try ScoreOutput(of: model, program, try? imageInput.get(), named: output)
    notes = program.notes + scores.notes
    saturation = try known ?? LayerSaturation.all(in: model)
    file = try ModelFile(path, of: model)
  }

  /// What the model reads, where that is images.
  public var input: ImageInput { get throws(HarnessError) { try imageInput.get() } }

  public var path: String { file.path }
  public var name: String { file.name }
  public var sha256: String { file.sha256 }
  public var bytes: Int { file.bytes }
  public var parameters: Int { model.parameterCount }

  /// The model ready to run. It holds the weights once more, so it is made where it is used.
  public func program(for hardware: Hardware = .exact) throws -> Program {
    try Program(model, hardware: hardware, arithmetic: arithmetic)
  }

  /// Which arithmetics to measure in: both where some sum can be clamped, unless one was asked for.
  func hardware(_ choice: HardwareChoice?) -> [Hardware] {
    choice?.all ?? (saturation.isEmpty ? [.exact] : [.exact, .noVNNI])
  }

  public var facts: ComparisonFacts.Model {
    ComparisonFacts.Model(
      name: name, sha256: sha256, bytes: bytes, parameters: parameters,
      files: file.parts)
  }
}

extension ComparisonFacts.Machine {
  /// This machine, with workers that compute on one thread each.
  public static func current(jobs: Int) -> ComparisonFacts.Machine {
    ComparisonFacts.Machine(
      cpu: MachineFacts.cpu, cores: MachineFacts.cores, blas: MachineFacts.blas, threads: jobs)
  }
}

extension Rankings {
  /// Refuses labels that the model has no class of.
  func requireLabels(of store: any MeasuredSamples) throws(HarnessError) {
    if let highest = store.samples.max(by: { $0.label < $1.label }), highest.label >= classes {
      let names = store.classNames
      throw .classMismatch(
        modelClasses: classes, highestLabel: highest.label,
        className: names.indices.contains(highest.label) ? names[highest.label] : "?")
    }
  }

  /// One record per image.
  public func records(of store: any MeasuredSamples) throws(HarnessError) -> [Record] {
    try requireLabels(of: store)
    return samples.indices.map { index in
      let sample = store.samples[index]
      return Record(
        path: sample.path, contentHash: store.hashes[index], label: sample.label,
        top5: samples[index].classes, margin: samples[index].margin)
    }
  }
}
