import Synchronization

/// What this process was asked to do.
enum Invocation {
  private static let stored = Mutex<[String]>([])

  /// The arguments that were parsed, without the program's own path: those of a plan, of the environment and of a
  /// configuration file as if they had been typed.
  static var arguments: [String] {
    get { stored.withLock { $0 } }
    set { stored.withLock { $0 = newValue } }
  }
}
