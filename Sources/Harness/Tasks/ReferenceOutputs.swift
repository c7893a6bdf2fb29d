import CalibrantEngine
import CalibrantONNXFormat
import CalibrantTasks

/// What a model gives for every image, to hold others against: its answers, and its outputs as far as they fit in memory;
/// the rest is computed again where it is asked for.
struct ReferenceOutputs<Task: MeasuredTask>: Sendable {
  let answers: [Task.Answer]
  /// What running took.
  let seconds: Double
  private let program: Program
  private let task: Task
  private let run: OutputRun
  private let kept: [[OutputArray]]

  /// Bytes of outputs to keep.
  private static var budget: Int { 256 << 20 }

  /// - Parameters:
  ///   - program: of `model`.
  ///   - isAlone: whether nothing will be compared with it, so that answers are all there is to know.
  ///   - look: sees each image's outputs, in order.
  /// - Throws: `HarnessError.nonFiniteValues` where no value of any output is finite.
  init(
    _ program: Program, of model: @autoclosure () throws -> Model, _ task: Task, _ run: OutputRun,
    title: String, isAlone: Bool = false, look: ([OutputArray]) -> Void = { _ in }
  ) throws {
    var room = isAlone ? 0 : Self.budget
    var (answers, kept) = ([Task.Answer](), [[OutputArray]]())
    var hasFiniteValues = false
    seconds = try run.run(program, title: title) {
      { image, outputs in (try task.answer(outputs, image: image), outputs) }
    } consume: { image, result in
      answers.append(result.0)
      look(result.1)
      hasFiniteValues =
        hasFiniteValues || result.1.contains { $0.values.contains(where: \.isFinite) }
      room -= 4 * result.1.reduce(0) { $0 + $1.values.count }
      if room >= 0, kept.count == image { kept.append(result.1) }
    }
    if !hasFiniteValues,
      let origin = try NonFiniteOrigin.find(
        in: model(), on: run.images, among: 0..<run.images.count)
    {
      throw HarnessError.nonFiniteValues(origin)
    }
    (self.program, self.task, self.run) = (program, task, run)
    (self.answers, self.kept) = (answers, kept)
  }

  /// What is kept of its own answers.
  func records() throws -> [Task.Record] {
    try answers.enumerated().map { image, answer in
      try task.record(answer, image: image, reference: answer, distances: [])
    }
  }

  /// Runs another model on the same images.
  ///
  /// - Parameters:
  ///   - path: what errors call it.
  ///   - consume: takes what is kept of each image, and how far each part of the outputs is from here, in order.
  /// - Returns: wall-clock seconds.
  func compare(
    _ other: Program, _ path: String, by compared: ComparedOutputs, title: String,
    consume: (Task.Record, [OutputDistance]) -> Void
  ) throws -> Double {
    let order = try compared.order(of: other.outputNames, path)
    let (task, answers) = (task, answers)
    return try run.run(other, title: title) {
      let known = try reader()
      return { image, own in
        let outputs = order.map { own[$0] }
        let distances = try compared.distances(from: known(image), to: outputs, path)
        let record = try task.record(
          task.answer(outputs, image: image), image: image, reference: answers[image],
          distances: distances)
        return (record, distances)
      }
    } consume: { (_, result: (Task.Record, [OutputDistance])) in
      consume(result.0, result.1)
    }
  }

  /// One worker's access to the outputs of an image.
  private func reader() throws -> (_ image: Int) throws -> [OutputArray] {
    let worker = OutputWorker(program, try Batching(single: run.images, for: program))
    return { image in
      image < kept.count ? kept[image] : try worker.outputs(ofImage: image, run.images)
    }
  }
}
