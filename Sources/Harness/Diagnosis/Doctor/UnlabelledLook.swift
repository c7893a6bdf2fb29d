import CalibrantEngine
import CalibrantImaging
import CalibrantTasks

/// What a few images say of a model without labels: whether its outputs are numbers, and depend on the image.
struct UnlabelledLook {
  private(set) var isFinite = true
  private(set) var isConstant = false
  let imageCount: Int

  private static let images = 25

  /// Refuses what the task cannot read.
  init(
    _ model: LoadedModel, _ settings: TaskSettings, _ data: TaskData, _ recipe: Preprocessing,
    _ options: ImageStore.Options
  ) throws {
    let some = data.with(data.dataset.slice(from: 0, count: Self.images))
    let store = try ImageStore(some.dataset, recipe, for: model.input, options)
    _ = try StandardMeasures.measure(settings, some, of: model, on: store)
    imageCount = store.count
    let run = OutputRun(images: store, jobs: options.jobs, isQuiet: options.isQuiet)
    var seen: Set<[[Float]]> = []
    var isFinite = true
    _ = try run.run(model.program(), title: "looking at outputs") {
      { _, outputs in outputs.map(\.values) }
    } consume: { (_, values: [[Float]]) in
      isFinite = isFinite && values.allSatisfy { $0.allSatisfy(\.isFinite) }
      seen.insert(values)
    }
    self.isFinite = isFinite
    isConstant = imageCount > 1 && seen.count == 1
  }
}
