import Imaging

/// Quantizes a model from its file alone (weight-based).
public struct QuantizationRun {
  public var scheme: SchemeName
  public var options = QuantizationOptions()
  /// Whether biases are corrected for predicted inputs.
  public var correctsBiases = false
  public var context: RunContext

  public init(_ scheme: SchemeName, _ context: RunContext) {
    (self.scheme, self.context) = (scheme, context)
  }

  /// - Parameter path: of the quantized file.
  public func run(
    _ original: LoadedModel, _ preprocessing: Preprocessing, to path: String
  ) throws -> QuantizedFileSummary {
    let job = try QuantizationJob(original.model, preprocessing, options)
    let quantized = try job.weightBased(
      scheme, isCorrected: correctsBiases,
      CalibrationWalk(jobs: context.jobs, isQuiet: context.isQuiet))
    return try QuantizedFileSummary(
      quantized, path: path, bytes: quantized.model.write(to: path), originalBytes: original.bytes)
  }
}
