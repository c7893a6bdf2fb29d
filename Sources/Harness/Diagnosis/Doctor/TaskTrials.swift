import CalibrantEngine
import CalibrantImaging
import CalibrantTasks

/// What recipes are worth to a task with labels: its metric, and image by image what that lacks to 1.
struct TaskTrials {
  let model: LoadedModel
  let program: Program
  let settings: TaskSettings
  /// In an order whose first part is a fair sample of it.
  let data: TaskData
  let options: ImageStore.Options

  /// On the first images.
  ///
  /// - Throws: `HarnessError.unreadableImage` where the recipe does not end at the model's size.
  func trial(of recipe: Recipe, images: Int) throws -> RecipeTrial {
    let some = data.with(data.dataset.slice(from: 0, count: images))
    let store = try ImageStore(some.dataset, recipe.preprocessing, for: model.input, options)
    guard let task = try StandardMeasures.measure(settings, some, of: model, on: store) else {
      preconditionFailure("classes are judged by scores")
    }
    return try trial(recipe, store, task)
  }

  private func trial(
    _ recipe: Recipe, _ store: ImageStore, _ task: some MeasuredTask
  ) throws -> RecipeTrial {
    let records = try records(store, task, title: recipe.name)
    // An image that labels say nothing of tells no recipe from another.
    let losses = records.map { 1 - (Self.metric([$0], task)?.value ?? 1) }
    let metric = Self.metric(records, task)
    return RecipeTrial(
      recipe, metric: metric?.value ?? 0, metricName: metric?.name ?? "", losses: losses)
  }

  private func records<Task: MeasuredTask>(
    _ store: ImageStore, _ task: Task, title: String
  ) throws -> [Task.Record] {
    var records: [Task.Record] = []
    let run = OutputRun(images: store, jobs: options.jobs, isQuiet: options.isQuiet)
    _ = try run.run(program, title: title) {
      { image, outputs in
        let answer = try task.answer(outputs, image: image)
        return try task.record(answer, image: image, reference: answer, distances: [])
      }
    } consume: { (_, record: Task.Record) in
      records.append(record)
    }
    return records
  }

  private static func metric<Task: MeasuredTask>(
    _ records: [Task.Record], _ task: Task
  ) -> (name: String, value: Double?)? {
    task.measures(of: records, reference: records).accuracy.map {
      ($0.kind.name, $0.value(imageCount: records.count))
    }
  }
}
