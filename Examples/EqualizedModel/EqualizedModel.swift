import ArgumentParser
import CalibrantONNXFormat
import CalibrantQuantization

/// Writes a float model with channels equalized across layers: the same function, with weights
/// that one scale per tensor serves better.
@main
struct EqualizedModel: ParsableCommand {
  @Argument(help: "An ONNX file.") var model: String
  @Argument(help: "The equalized float file.") var output: String

  func run() throws {
    try CrossLayerEqualization.equalized(Model(contentsOf: model)).write(to: output)
  }
}
