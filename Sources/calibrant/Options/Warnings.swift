import Harness

/// What speaks against believing a result, told on standard error: at once, or with --quiet when there is a result to doubt.
struct Warnings {
  private(set) var texts: [String] = []
  private let isQuiet: Bool

  init(quiet: Bool) { isQuiet = quiet }

  /// Adds those that are not known yet.
  mutating func add(_ new: [String]) {
    for text in new where !texts.contains(text) {
      texts.append(text)
      note("warning: \(text)", quiet: isQuiet)
    }
  }

  /// Says how the model is read, and what was left out of the images.
  func tell(_ model: LoadedModel, _ data: TaskData) {
    for text in model.notes(for: data.task) + data.notes { note("note: \(text)", quiet: isQuiet) }
  }

  /// For when the result is there.
  func tellHeldBack() {
    for text in texts where isQuiet { note("warning: \(text)", quiet: false) }
  }
}
