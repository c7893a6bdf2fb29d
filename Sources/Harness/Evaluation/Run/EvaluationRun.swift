import CalibrantEngine
import Foundation
import CalibrantImaging

/// Measures one model on images, by whatever its task's labels are.
///
/// It has two phases, scoring images (`RunPart`) and telling what that is worth (`EvaluationOutcome`), so that scoring can be
/// cut into shards (`EvaluationRun+Shards`).
public struct EvaluationRun {
  public var data: MeasuredData
  public var hardware: HardwareChoice
  public var context: RunContext

  public init(_ data: MeasuredData, _ hardware: HardwareChoice, _ context: RunContext) {
    (self.data, self.hardware, self.context) = (data, hardware, context)
    self.data.settings.task =
      data.settings.task ?? (data.areArrays ? .fidelity : .classification)
  }

  public func run(
    _ model: LoadedModel, _ preprocessing: Preprocessing
  ) throws -> EvaluationOutcome {
    let start = ContinuousClock.now
    let read = try data.read(for: model, preprocessing, context)
    let images = try data.store(read, for: model, preprocessing, context)
    let measure = try self.measure(read, of: model, on: images)
    func seconds(running: Double) -> EvaluationResult.Seconds {
      // Workers share the pass evenly, so their reading took its part of the wall clock.
      let reading = images.readSeconds / Double(min(context.jobs, images.count))
      return EvaluationResult.Seconds(
        decode: images.seconds + reading, inference: max(running - reading, 0),
        total: (ContinuousClock.now - start).seconds)
    }
    var outcome: EvaluationOutcome
    if let measure {
      outcome = try self.outcome(model, images, measuring: measure, seconds: seconds)
    } else {
      let part = try score(model, on: images)
      outcome = .classes(
        try result(of: part, model, images, seconds: seconds(running: part.runSeconds)))
    }
    outcome.add(context.messages)
    return outcome
  }

  /// - Throws: `HarnessError.noLabels` where there is nothing to measure against.
  func measure(
    _ data: TaskData, of model: LoadedModel, on images: any MeasuredSamples
  ) throws -> (any MeasuredTask)? {
    let measure = try self.data.measure(data, of: model, on: images)
    if let measure, !measure.isLabelled { throw HarnessError.noLabels(task: measure.task) }
    return measure
  }

  private func outcome<Task: MeasuredTask>(
    _ model: LoadedModel, _ images: any MeasuredSamples, measuring task: Task,
    seconds: (Double) -> EvaluationResult.Seconds
  ) throws -> EvaluationOutcome {
    let part = try score(model, on: images, measuring: task)
    return .task(
      try result(of: part, model, images, measuring: task, seconds: seconds(part.runSeconds)))
  }
}
