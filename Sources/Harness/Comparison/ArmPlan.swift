import Foundation
import CalibrantQuantization

/// An arm that is still to be made.
struct ArmPlan {
  let job: QuantizationJob
  let kind: Arm.Kind
  let scheme: SchemeName
  let method: String
  let make: () throws -> QuantizedModel

  /// Of its file, without the extension.
  var name: String {
    "\(scheme.text)-\(kind.rawValue)-\(method)".replacing(" ", with: "-")
  }
}

extension ComparisonRun {
  /// Per scheme: the arms that see no data, one per method, and those of an ablation.
  func plans(
    _ arms: ArmJobs, _ observations: SchemeObservations
  ) -> [ArmPlan] {
    let calibration = arms.calibration
    let walk = CalibrationWalk(jobs: jobs, isQuiet: isQuiet, journal: journal)
    let blind = arms.weightBased
    return schemes.flatMap { scheme in
      let (job, observations) = (arms.job(for: scheme), observations[scheme])
      var plans: [ArmPlan] = []
      // Nothing is known of activations that do not follow from an image's pixels.
      if blind.readsImages || scheme.activationBits == nil {
        plans.append(
          ArmPlan(job: blind, kind: .weightBased, scheme: scheme, method: "plain") {
            try blind.weightBased(scheme, isCorrected: false, walk)
          })
      }
      if blind.options.correctsBiases, blind.readsImages {
        plans.append(
          ArmPlan(job: blind, kind: .weightBased, scheme: scheme, method: "corrected") {
            try blind.weightBased(scheme, isCorrected: true, walk)
          })
      }
      let shared = SharedResult()
      plans += methods.map { method in
        ArmPlan(job: job, kind: .activationBased, scheme: scheme, method: method.name) {
          // Without activations to scale, all methods give the same file.
          try shared.value(isShared: scheme.activationBits == nil) {
            let (quantized, lost) = try job.checkedActivationBased(
              scheme, observations, method: method, on: calibration, walk)
            return quantized.warned(lost)
          }
        }
      }
      return plans + ablations(job, scheme, observations, calibration, walk)
    }
  }

  /// The first method's recipe without each of its steps.
  private func ablations(
    _ job: QuantizationJob, _ scheme: SchemeName, _ observations: [String: TensorStatistics],
    _ calibration: CalibrationData, _ walk: CalibrationWalk
  ) -> [ArmPlan] {
    guard isAblation, let method = methods.first else { return [] }
    return AblationStep.allCases.filter { $0.matters(scheme, job.options) }.map { step in
      ArmPlan(
        job: job, kind: .activationBased, scheme: scheme,
        method: "\(method.name)\(Arm.ablationMark)\(step.rawValue)"
      ) {
        let other = job.without(step)
        // Of another model, other values.
        let seen =
          step == .balancing
          ? try Calibrator(jobs: jobs, isQuiet: isQuiet).observe(
            other.model, targets: other.targets([scheme]), on: calibration.source
          ).statistics : observations
        return try other.activationBased(
          scheme, seen, method: method, on: calibration, walk)
      }
    }
  }
}

/// A quantized model that several arms share.
private final class SharedResult {
  private var known: QuantizedModel?

  func value(isShared: Bool, make: () throws -> QuantizedModel) rethrows -> QuantizedModel {
    if isShared, let known { return known }
    let made = try make()
    known = made
    return made
  }
}
