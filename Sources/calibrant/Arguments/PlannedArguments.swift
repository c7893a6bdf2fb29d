import CalibrantHarness

/// Arguments of a command that goes on with a plan: those that the plan was made with, and then what is typed now, which
/// overrules them.
enum PlannedArguments {
  /// - Parameters:
  ///   - arguments: without the program's own path.
  ///   - from: the plan's folder where it is not among them.
  static func expanded(_ arguments: [String], from: String? = nil) throws -> [String] {
    guard arguments.first == "compare", let folder = value(of: "--from", in: arguments) ?? from
    else { return arguments }
    return ["compare"] + (try ComparisonPlan(in: folder).arguments) + arguments.dropFirst()
  }

  private static func value(of option: String, in arguments: [String]) -> String? {
    if let attached = arguments.last(where: { $0.hasPrefix(option + "=") }) {
      return String(attached.dropFirst(option.count + 1))
    }
    guard let place = arguments.lastIndex(of: option), place + 1 < arguments.count else {
      return nil
    }
    return arguments[place + 1]
  }
}
