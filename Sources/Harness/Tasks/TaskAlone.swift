import Engine
import Tasks

/// A model beside nothing but itself, led by the arithmetic in which it does worst.
struct TaskAlone {
  let measured: MeasuredArm<TaskAnswers>
  let statistics: TaskStatistics
  let listing: TaskListing

  init<Task: MeasuredTask>(
    _ model: LoadedModel, _ choice: HardwareChoice, on images: any MeasuredSamples, _ task: Task,
    jobs: Int,
    isQuiet: Bool
  ) throws {
    let compared = ComparedOutputs(alone: try model.program())
    var bench = TaskBench(images: images, task: task, compared, jobs: jobs, isQuiet: isQuiet)
    bench.isAlone = true
    let first = try bench.answers(ofOriginal: model, title: model.name)
    let arm = Arm(name: model.name, kind: .original, bytes: model.bytes, sha256: model.sha256)
    let part = RunPart(
      images: PartImages(images, at: 0..<images.count),
      arms: [[.init(hardware: .exact, answers: first)]])
    let reader = try TaskReader(
      task, compared, part, jobs: jobs, .init(images: images, isQuiet: isQuiet) { _ in model })
    statistics = reader.statistics
    listing = TaskListing(task, part, arms: [model.name])
    var alone = MeasuredArm(
      arm: arm, answers: try reader.answers(first, isOriginal: true),
      imagesPerSecond: Double(images.count) / first.seconds,
      notes: model.notes(for: task.task) + task.notes)
    alone.saturation = model.saturation
    if choice != .exact {
      alone.saturation = try model.saturation.measured(on: images, model: model.model, jobs: jobs)
      alone.hardware = try choice.all.map { hardware in
        guard hardware != .exact, !model.saturation.isEmpty else {
          return MeasuredOnHardware(hardware, alone.answers)
        }
        let own = try bench.answers(
          of: model, hardware, title: "\(model.name), \(hardware.rawValue)")
        return MeasuredOnHardware(hardware, try reader.answers(own, isOriginal: false))
      }
    }
    measured = alone.led(by: alone.worst(against: alone, statistics, VerdictLimits()))
  }
}
