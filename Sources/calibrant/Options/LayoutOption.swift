import ArgumentParser
import CalibrantHarness

/// Where the channels of a model's image are.
struct LayoutOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Channels first or last in the model's input, where its shape leaves that open.",
      valueName: "nchw|nhwc"),
    completion: .list(["nchw", "nhwc"]))
  var layout: ImageInput.Layout?
}

extension ImageInput.Layout: ExpressibleByArgument {
  public init?(argument: String) { self.init(named: argument) }
}
