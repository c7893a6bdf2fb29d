import ArgumentParser

/// What a quantized model may lose.
struct VerdictOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Largest acceptable drop of top-1, or of the task's metric, in points.", valueName: "points"))
  var maxDrop: Double?

  @Option(
    help: ArgumentHelp(
      "Least acceptable agreement with the original's answers, in percent.", valueName: "percent"))
  var minAgreement: Double?

  @Flag(
    help: """
      Read images in shuffled order and stop once the verdict on --max-drop is settled, by statistics that stay valid \
      however often one looks.
      """)
  var sequential = false

  func validate() throws {
    if let maxDrop, !maxDrop.isFinite || maxDrop < 0 {
      throw ValidationError("--max-drop must be a number of points, 0 or more")
    }
    if let minAgreement, !(0...100).contains(minAgreement) {
      throw ValidationError("--min-agreement must be a number of percent, 0 to 100")
    }
    if sequential && maxDrop == nil {
      throw ValidationError("--sequential settles a verdict, which needs --max-drop")
    }
  }
}
