import Foundation
import CalibrantONNXFormat
import CalibrantQuantization

/// A quantized file that is loaded, to be measured.
struct MadeArm {
  let arm: Arm
  let model: LoadedModel
  /// What it was made from: the original, or the same function with equalized channels.
  let float: Model
  /// nil for a given file.
  let quantized: QuantizedModel?
  let quantizeSeconds: Double
}

extension ComparisonRun {
  /// Makes an arm's file, and loads it as a user would.
  func make(_ plan: ArmPlan, like original: LoadedModel) throws -> MadeArm {
    let start = ContinuousClock.now
    let quantized = try plan.make()
    let file = "models/\(plan.name).onnx"
    let path = folder.appending(path: file).path
    try quantized.model.write(to: path)
    let seconds = (ContinuousClock.now - start).seconds
    let loaded = try LoadedModel(
      path, output: original.scores.name, arithmetic: original.arithmetic)
    let arm = Arm(
      name: "\(plan.scheme.text) \(plan.kind.rawValue) \(plan.method)", kind: plan.kind,
      scheme: plan.scheme.text, method: plan.method,
      granularity: plan.job.options.granularity.rawValue,
      file: file, bytes: loaded.bytes, sha256: loaded.sha256)
    return MadeArm(
      arm: arm, model: loaded, float: plan.job.model, quantized: quantized, quantizeSeconds: seconds
    )
  }
}
