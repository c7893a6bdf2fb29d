import ArgumentParser
import CalibrantEngine
import CalibrantHarness
import CalibrantONNXFormat
import CalibrantQuantization

/// Writes a float model with channels equalized: the same function, with weights that one scale per tensor serves better or,
/// with --activations, with activations that do.
@main
struct EqualizedModel: ParsableCommand {
  @Argument(help: "An ONNX file.") var model: String
  @Argument(help: "The equalized float file.") var output: String
  @Flag(help: "Balance activations, as they are for seeded noise.") var activations = false

  func run() throws {
    let model = try Model(contentsOf: model)
    let equalized = activations ? try balanced(model) : try CrossLayerEqualization.equalized(model)
    try equalized.write(to: output)
  }

  private func balanced(_ model: Model) throws -> Model {
    let balancing = try ChannelBalancing(model)
    let noise = try NoiseSource(count: 4, for: Program(model))
    let facts = try Calibrator(jobs: 2).observe(balancing, of: model, on: noise)
    return try balancing.balanced(by: facts, bits: 8, .all)?.model ?? model
  }
}
