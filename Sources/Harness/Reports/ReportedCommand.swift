/// A command line as a report repeats it: without what changes no result, and without the folders of
/// the machine it ran on.
public enum ReportedCommand {
  private static let silent: Set<String> = ["--quiet", "--make-only", "--no-timing"]
  private static let silentWithValue: Set<String> = [
    "--jobs", "--batch", "-o", "--json", "--format", "--predictions", "--shard", "--shard-base",
    "--arms", "--config", "--color", "--results",
  ]

  /// - Parameter arguments: as given, without the program's own path.
  public static func arguments(_ arguments: [String]) -> [String] {
    deciding(arguments).map(shortened)
  }

  /// Those that change results, as they were typed.
  public static func deciding(_ arguments: [String]) -> [String] {
    var kept: [String] = []
    var skipsNext = false
    for argument in arguments {
      let option = argument.split(separator: "=", maxSplits: 1).first.map(String.init) ?? argument
      if skipsNext {
        skipsNext = false
      } else if silentWithValue.contains(option) {
        skipsNext = option == argument
      } else if attachedFolder(argument) {
        continue
      } else if !silent.contains(argument) {
        kept.append(argument)
      }
    }
    return kept
  }

  /// What a plan keeps, for whoever goes on with it: those that change results, without the command.
  public static func planned(_ arguments: [String]) -> [String] {
    Array(deciding(arguments).dropFirst())
  }

  /// `-o` with its value in one argument.
  private static func attachedFolder(_ argument: String) -> Bool {
    argument.hasPrefix("-o") && argument.count > 2
  }

  /// An absolute path becomes its last part, also as the value of an option or in a list.
  private static func shortened(_ argument: String) -> String {
    argument.split(separator: "=", omittingEmptySubsequences: false).map { value in
      value.split(separator: ",", omittingEmptySubsequences: false).map(lastPart)
        .joined(separator: ",")
    }.joined(separator: "=")
  }

  private static func lastPart(_ path: Substring) -> Substring {
    let place = path.hasPrefix("file://") ? path.dropFirst(7) : path
    guard place.hasPrefix("/") || place.hasPrefix("~") else { return path }
    return place.split(separator: "/").last ?? path
  }

  /// Options that say how images, labels and outputs are read, which every command that measures knows.
  private static let readingOptions: Set<String> = [
    "--preset", "--resize", "--letterbox", "--crop", "--interpolation", "--mean", "--std",
    "--scale", "--channels",
    "--layout", "--labels", "--output", "--task", "--annotations", "--boxes", "--confidence",
    "--iou", "--masks",
    "--ignore", "--pairs", "--gallery", "--dictionary", "--hardware",
  ]

  /// Those options with their values, as they were typed.
  static func reading(in arguments: [String]) -> [String] {
    arguments.indices.flatMap { index -> [String] in
      let argument = arguments[index]
      if argument == "--exif" { return [argument] }
      guard let name = argument.split(separator: "=").first.map(String.init),
        readingOptions.contains(name)
      else { return [] }
      if name != argument { return [argument] }
      return index + 1 < arguments.count ? [argument, arguments[index + 1]] : []
    }
  }

  /// The value of the first option of a name.
  static func value(of option: String, in arguments: [String]) -> String? {
    guard
      let place = arguments.firstIndex(where: { $0 == option || $0.hasPrefix(option + "=") })
    else { return nil }
    if arguments[place] != option { return String(arguments[place].dropFirst(option.count + 1)) }
    return place + 1 < arguments.count ? arguments[place + 1] : nil
  }

  /// Arguments as a shell reads them back.
  static func line(_ arguments: [String]) -> String {
    (["calibrant"] + arguments).map { quoted($0) }.joined(separator: " ")
  }

  /// One argument as a shell reads it back, in quotes where it needs them or `always`.
  static func quoted(_ argument: String, always: Bool = false) -> String {
    let plain = argument.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0)
        || "-_./=,:%+".unicodeScalars.contains($0)
    }
    return plain && !argument.isEmpty && !always
      ? argument
      : "'"
        + argument.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
  }
}
