import CalibrantImaging

/// Quantizes a model from its file alone (weight-based).
public struct QuantizationRun {
  public var scheme: SchemeName
  public var options = QuantizationOptions()
  /// Whether biases are corrected for predicted inputs.
  public var correctsBiases = false
  /// Where scales and offsets are written besides; nil nowhere.
  public var encodings: EncodingsFile?
  public var context: RunContext

  public init(_ scheme: SchemeName, _ context: RunContext) {
    (self.scheme, self.context) = (scheme, context)
  }

  /// - Parameter path: of the quantized file.
  public func run(
    _ original: LoadedModel, _ preprocessing: Preprocessing, to path: String
  ) throws -> QuantizedFileSummary {
    context.messages.warn(options.target?.warnings(of: [scheme]) ?? [])
    let job = try QuantizationJob(original.model, preprocessing, options)
    let quantized = try job.weightBased(
      scheme, isCorrected: correctsBiases,
      CalibrationWalk(jobs: context.jobs, isQuiet: context.isQuiet))
    let bytes = try quantized.model.write(to: path)
    try encodings?.write(quantized)
    var summary = try QuantizedFileSummary(
      quantized, path: path, bytes: bytes, originalBytes: original.bytes)
    summary.warnings = context.messages.warnings
    context.messages.tellHeldBack()
    return summary
  }
}
