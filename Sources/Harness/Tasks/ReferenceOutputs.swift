import Engine
import Tasks

/// What the original gives for every image: its answers, and its outputs as far as they fit in memory; others are computed
/// again where they are asked for.
struct ReferenceOutputs<Answer: Sendable>: Sendable {
  let program: Program
  private(set) var answers: [Answer] = []
  private(set) var seconds = 0.0
  private var kept: [[OutputArray]] = []
  private var maxima: [AxisMaxima?] = []

  /// Bytes of outputs to keep.
  private static var budget: Int { 256 << 20 }

  /// - Parameter isAlone: whether nothing will be compared with it, so that answers are all there is to know.
  init<Task: MeasuredTask>(
    _ model: LoadedModel, _ task: Task, _ run: OutputRun, isAlone: Bool
  ) throws where Task.Answer == Answer {
    program = try model.program()
    var room = isAlone ? 0 : Self.budget
    var (answers, kept, maxima) = ([Answer](), [[OutputArray]](), [AxisMaxima?]())
    var hasFiniteValues = false
    seconds = try run.run(program, title: "original") {
      { image, outputs in (try task.answer(outputs, image: image), outputs) }
    } consume: { image, result in
      answers.append(result.0)
      if !isAlone { Self.add(result.1, to: &maxima) }
      hasFiniteValues =
        hasFiniteValues || result.1.contains { $0.values.contains(where: \.isFinite) }
      room -= 4 * result.1.reduce(0) { $0 + $1.values.count }
      if room >= 0, kept.count == image { kept.append(result.1) }
    }
    (self.answers, self.kept, self.maxima) = (answers, kept, maxima)
    if !hasFiniteValues,
      let origin = try NonFiniteOrigin.find(
        in: model.model, on: run.images, among: 0..<run.images.count)
    {
      throw HarnessError.nonFiniteValues(origin)
    }
  }

  /// Of outputs whose shape follows the image none are known.
  private static func add(_ outputs: [OutputArray], to maxima: inout [AxisMaxima?]) {
    if maxima.isEmpty { maxima = outputs.map { AxisMaxima(shape: $0.shape) } }
    for (index, output) in outputs.enumerated() where index < maxima.count {
      if maxima[index]?.shape == output.shape {
        maxima[index]?.add(output)
      } else {
        maxima[index] = nil
      }
    }
  }

  /// What distances are taken of: parts of each output whose ranges differ much, or all of it.
  var fidelity: FidelityTask { FidelityTask(maxima) }

  /// The outputs of an image that were kept.
  func outputs(ofImage index: Int) -> [OutputArray]? {
    index < kept.count ? kept[index] : nil
  }
}
