import CalibrantEngine
import CalibrantTasks

/// How the outputs of arms are held against the original's.
struct ComparedOutputs: Codable, Hashable, Sendable {
  /// Of the original.
  let names: [String]
  /// The parts of outputs that distances are taken of.
  let fidelity: FidelityTask

  /// Images that parts are found by.
  private static let imageLimit = 64

  /// Runs the original on some images, spread over all, to see which parts of its outputs differ in size.
  init(of original: LoadedModel, _ run: OutputRun) throws {
    let program = try original.program()
    let count = min(run.images.count, Self.imageLimit)
    let places = (0..<count).map { $0 * run.images.count / count }
    var maxima: [AxisMaxima?] = []
    for outputs in try run.outputs(of: program, places) { maxima.add(outputs) }
    self.init(names: program.outputNames, maxima: maxima)
  }

  /// - Parameter maxima: of the original's outputs, by which their parts are found.
  init(names: [String], maxima: [AxisMaxima?]) {
    self.names = names
    fidelity = FidelityTask(maxima)
  }

  /// Of a model that is compared with nothing but itself.
  init(alone program: Program) {
    self.init(names: program.outputNames, maxima: [])
  }

  /// An arm's outputs in the original's order: by name where it has the same, else by place.
  func order(of own: [String], _ path: String) throws(HarnessError) -> [Int] {
    let byName = names.compactMap { own.firstIndex(of: $0) }
    if byName.count == names.count { return byName }
    guard own.count == names.count else {
      throw .differentModel(
        path: path,
        reason: "it has \(ReportText.count(own.count, "output")), the original \(names.count)")
    }
    return Array(own.indices)
  }

  /// - Parameter outputs: in the original's order.
  func distances(
    from reference: [OutputArray], to outputs: [OutputArray], _ path: String
  ) throws(HarnessError) -> [OutputDistance] {
    do throws(TaskError) {
      return try fidelity.record(outputs, truth: reference)
    } catch {
      throw .differentModel(path: path, reason: "\(error), the original's shape")
    }
  }

  /// How near the outputs are, part by part.
  func table(_ sums: [DistanceSum]) -> [OutputFidelity] {
    zip(fidelity.parts, sums).map {
      OutputFidelity(names[$0.output], fidelity.isWhole($0) ? nil : $0.part, $1)
    }
  }
}

extension OutputFidelity {
  fileprivate init(_ name: String, _ part: OutputPart?, _ sum: DistanceSum) {
    self.init(
      name: name, part: part, sqnr: sum.sqnr, cosine: sum.cosine,
      maxAbsError: Double(sum.largestDifference))
  }
}

extension [AxisMaxima?] {
  /// Takes one image's outputs. Of those whose shape follows the image no maxima are known.
  mutating func add(_ outputs: [OutputArray]) {
    if isEmpty { self = outputs.map { AxisMaxima(shape: $0.shape) } }
    for (index, output) in outputs.enumerated() where index < count {
      if self[index]?.shape == output.shape {
        self[index]?.add(output)
      } else {
        self[index] = nil
      }
    }
  }
}
