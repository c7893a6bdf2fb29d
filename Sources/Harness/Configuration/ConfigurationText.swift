/// A configuration as TOML, which `--config` reads back.
public enum ConfigurationText {
  /// A table of options in the order given.
  ///
  /// - Parameters:
  ///   - command: whose options they are.
  ///   - options: by name, without dashes.
  public static func toml(
    _ command: String, _ options: [(name: String, value: ConfigurationValue)]
  ) -> String {
    (["[\(command)]"] + options.map { "\(key($0.name)) = \(text($0.value))" })
      .joined(separator: "\n") + "\n"
  }

  private static func text(_ value: ConfigurationValue) -> String {
    switch value {
    case .flag(let isOn): isOn ? "true" : "false"
    case .number(let text): text
    case .text(let text): quoted(text)
    case .list(let values): "[" + values.map(text).joined(separator: ", ") + "]"
    case .table(let entries):
      "{ "
        + entries.sorted { $0.key < $1.key }.map { "\(key($0.key)) = \(text($0.value))" }
        .joined(separator: ", ") + " }"
    }
  }

  private static func key(_ name: String) -> String {
    let isBare =
      !name.isEmpty
      && name.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
    return isBare ? name : quoted(name)
  }

  /// TOML's basic strings escape as JSON does.
  private static func quoted(_ text: String) -> String {
    String(JSONValue.string(text).text.dropLast())
  }
}
