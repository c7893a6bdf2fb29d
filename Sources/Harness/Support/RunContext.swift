/// How a use case runs, and what it tells on its way.
public struct RunContext {
  /// Workers, which change no result.
  public var jobs: Int
  /// Of whatever is drawn: samples of images, and their order.
  public var seed: UInt64
  /// What was asked for, as a configuration file that asks for it again; nil where that is not known.
  public var options: String?
  public let messages: RunMessages

  /// - Parameter isQuiet: whether progress and notes are not wanted; warnings are held back until there is a result.
  public init(jobs: Int, seed: UInt64 = 0, isQuiet: Bool = true) {
    self.jobs = jobs
    self.seed = seed
    messages = RunMessages(isQuiet: isQuiet)
  }

  public var isQuiet: Bool { messages.isQuiet }
}

/// What a run tells on standard error.
public final class RunMessages {
  /// What speaks against believing the result, one sentence each.
  public private(set) var warnings: [String] = []
  let isQuiet: Bool

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// What may be overlooked.
  public func tell(_ text: String) { if !isQuiet { write(text) } }

  func note(_ texts: [String]) { for text in texts { tell("note: \(text)") } }

  /// Adds those that are not known yet.
  public func warn(_ texts: [String]) {
    for text in texts where !warnings.contains(text) {
      warnings.append(text)
      tell("warning: \(text)")
    }
  }

  /// What must not be overlooked, whatever becomes of the run.
  func insist(_ text: String) { write(text) }

  /// Says the warnings that are still to be said; for when the result is there.
  func tellHeldBack() {
    for text in warnings where isQuiet { write("warning: \(text)") }
  }

  private func write(_ text: String) {
    StandardStream.error.write(Escaping.terminalLines(text) + "\n")
  }
}
