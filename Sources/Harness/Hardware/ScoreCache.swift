import Engine

/// Scores by the content of the model file and by hardware: equal files are run once, and files that no hardware clamps on
/// one only.
struct ScoreCache {
  private struct Key: Hashable {
    let sha256: String
    let hardware: Hardware
  }

  private var known: [Key: Scores] = [:]
  private var clamped: [String: [LayerSaturation]] = [:]

  mutating func scores(
    of model: LoadedModel, _ hardware: Hardware, make: (Program) throws -> Scores
  ) throws -> Scores {
    let hardware = model.saturation.isEmpty ? .exact : hardware
    let key = Key(sha256: model.sha256, hardware: hardware)
    if let scores = known[key] { return scores }
    let scores = try make(model.program(for: hardware))
    known[key] = scores
    return scores
  }

  /// What can be clamped in a model, with what is on some of the images.
  mutating func saturation(
    of model: LoadedModel, on images: some SampleSource, jobs: Int
  ) throws -> [LayerSaturation] {
    if let known = clamped[model.sha256] { return known }
    let measured = try model.saturation.measured(on: images, model: model.model, jobs: jobs)
    clamped[model.sha256] = measured
    return measured
  }
}
