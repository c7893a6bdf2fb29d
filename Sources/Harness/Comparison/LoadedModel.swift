import Engine
import Foundation
import ONNXFormat

/// A model file as a user would load it, with the facts reports state; every node of it can run.
public struct LoadedModel: Sendable {
  public let path: String
  public let model: Model
  public let input: ImageInput
  public let sha256: String
  public let bytes: Int

  /// What whoever reads its results should know of how it is read.
  public let notes: [String]

  public init(_ path: String) throws {
    model = try Model(contentsOf: path)
    let program = try Program(model, optimizing: false)
    input = try ImageInput(of: program)
    notes = program.notes
    sha256 = try ContentHash.sha256(ofFile: path)
    bytes = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    self.path = path
  }

  /// The model ready to run. It holds the weights once more, so it is made where it is used.
  public func program() throws -> Program { try Program(model) }

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
