import Engine
import Foundation
import ONNXFormat

/// A model file as a user would load it, with the facts reports state; every node of it can run.
public struct LoadedModel: Sendable {
  public let path: String
  public let model: Model
  private let imageInput: Result<ImageInput, HarnessError>
  public let sha256: String
  public let bytes: Int
  /// Layers whose sums x86 CPUs without VNNI clamp for some input.
  public let saturation: [LayerSaturation]

  /// What whoever reads its results should know of how it is read.
  public let notes: [String]

  public init(_ path: String) throws {
    model = try Model(contentsOf: path)
    let program = try Program(model, optimizing: false)
    imageInput = Result { () throws(HarnessError) in try ImageInput(of: program) }
    notes = program.notes
    saturation = try LayerSaturation.all(in: model)
    sha256 = try ContentHash.sha256(ofFile: path)
    bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    self.path = path
  }

  /// What the model reads, where that is images.
  public var input: ImageInput { get throws(HarnessError) { try imageInput.get() } }

  /// The model ready to run. It holds the weights once more, so it is made where it is used.
  public func program(for hardware: Hardware = .exact) throws -> Program {
    try Program(model, hardware: hardware)
  }

  /// Which arithmetics to measure in: both where some sum can be clamped, unless one was asked for.
  func hardware(_ choice: HardwareChoice?) -> [Hardware] {
    choice?.all ?? (saturation.isEmpty ? [.exact] : [.exact, .noVNNI])
  }

  /// A sentence where some images' scores cannot be ranked.
  ///
  /// - Throws: `HarnessError.nonFiniteValues` where no image's scores of an original can: there is nothing to compare with.
  func nonFiniteNotes(
    _ rankings: Rankings, on images: some SampleSource, isOriginal: Bool = false
  ) throws -> [String] {
    let isUnranked = rankings.samples.map(\.isEmpty)
    if isOriginal, !isUnranked.contains(false),
      let origin = try NonFiniteOrigin.find(in: model, on: images, among: isUnranked.indices)
    {
      throw HarnessError.nonFiniteValues(origin)
    }
    return try rankings.nonFinite(of: model, on: images).map { ["warning: \($0.warning)"] } ?? []
  }

  public var name: String { URL(filePath: path).lastPathComponent }

  /// Elements of all floating-point initializers.
  public var parameters: Int {
    model.graph.initializers.filter { $0.elementType == .float32 }
      .reduce(0) { $0 + ((try? $1.elementCount()) ?? 0) }
  }

  public var facts: ComparisonFacts.Model {
    ComparisonFacts.Model(name: name, sha256: sha256, bytes: bytes, parameters: parameters)
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
  /// One record per image.
  public func records(of store: ImageStore) throws(HarnessError) -> [Record] {
    if let highest = store.samples.max(by: { $0.label < $1.label }), highest.label >= classes {
      let names = store.classNames
      throw .classMismatch(
        modelClasses: classes, highestLabel: highest.label,
        className: names.indices.contains(highest.label) ? names[highest.label] : "?")
    }
    return samples.indices.map { index in
      let sample = store.samples[index]
      return Record(
        path: sample.path, contentHash: store.hashes[index], label: sample.label,
        top5: samples[index].classes, margin: samples[index].margin)
    }
  }
}
