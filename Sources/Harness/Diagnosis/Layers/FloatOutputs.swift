import Engine
import ONNXFormat
import Tasks

/// What the float model gives for every image, as far as that fits in memory; the rest is computed again where it is asked for.
struct FloatOutputs: Sendable {
  /// The parts of outputs that errors are taken of.
  let parts: FidelityTask
  private let program: Program
  private let kept: [[OutputArray]]

  /// Bytes to keep.
  private static let budget = 256 << 20

  /// - Parameters:
  ///   - answer: what is made of an image's outputs, on a worker.
  ///   - consume: takes these in order.
  /// - Throws: `HarnessError.nonFiniteValues` where no value of any output is finite.
  init<Answer: Sendable>(
    _ float: Graph, _ run: OutputRun,
    answer: @escaping @Sendable (_ image: Int, [OutputArray]) throws -> Answer,
    consume: (Answer) -> Void
  ) throws {
    program = try Program(float)
    var (kept, room) = ([[OutputArray]](), Self.budget)
    var maxima: [AxisMaxima?] = []
    var hasFiniteValues = false
    _ = try run.run(program, title: "original") {
      { image, outputs in (try answer(image, outputs), outputs) }
    } consume: { image, result in
      consume(result.0)
      maxima.add(result.1)
      hasFiniteValues =
        hasFiniteValues || result.1.contains { $0.values.contains(where: \.isFinite) }
      room -= 4 * result.1.reduce(0) { $0 + $1.values.count }
      if room >= 0, kept.count == image { kept.append(result.1) }
    }
    if !hasFiniteValues,
      let origin = try NonFiniteOrigin.find(
        in: float.model(), on: run.images, among: 0..<run.images.count)
    {
      throw HarnessError.nonFiniteValues(origin)
    }
    self.kept = kept
    parts = FidelityTask(maxima)
  }

  /// One worker's access to the outputs of an image.
  func reader(_ images: ImageStore) throws -> (_ image: Int) throws -> [OutputArray] {
    let worker = OutputWorker(program, try Batching(single: images, for: program))
    return { image in
      image < kept.count ? kept[image] : try worker.outputs(ofImage: image, images)
    }
  }
}
