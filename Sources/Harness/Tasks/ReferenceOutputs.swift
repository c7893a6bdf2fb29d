import Engine
import Tasks

/// What the original gives for every image: its answers, and its outputs as far as they fit in memory; others are computed
/// again where they are asked for.
struct ReferenceOutputs<Answer: Sendable>: Sendable {
  let program: Program
  private(set) var answers: [Answer] = []
  private(set) var seconds = 0.0
  private var kept: [[OutputArray]] = []

  /// Bytes of outputs to keep.
  private static var budget: Int { 256 << 20 }

  /// - Parameter isAlone: whether nothing will be compared with it, so that answers are all there is to know.
  init<Task: MeasuredTask>(
    _ model: LoadedModel, _ task: Task, _ run: OutputRun, title: String, isAlone: Bool
  ) throws where Task.Answer == Answer {
    program = try model.program()
    var room = isAlone ? 0 : Self.budget
    var (answers, kept) = ([Answer](), [[OutputArray]]())
    var hasFiniteValues = false
    seconds = try run.run(program, title: title) {
      { image, outputs in (try task.answer(outputs, image: image), outputs) }
    } consume: { image, result in
      answers.append(result.0)
      hasFiniteValues =
        hasFiniteValues || result.1.contains { $0.values.contains(where: \.isFinite) }
      room -= 4 * result.1.reduce(0) { $0 + $1.values.count }
      if room >= 0, kept.count == image { kept.append(result.1) }
    }
    (self.answers, self.kept) = (answers, kept)
    if !hasFiniteValues,
      let origin = try NonFiniteOrigin.find(
        in: model.model, on: run.images, among: 0..<run.images.count)
    {
      throw HarnessError.nonFiniteValues(origin)
    }
  }

  /// The outputs of an image that were kept.
  func outputs(ofImage index: Int) -> [OutputArray]? {
    index < kept.count ? kept[index] : nil
  }
}
