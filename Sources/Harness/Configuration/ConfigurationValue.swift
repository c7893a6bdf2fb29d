/// A value in a configuration file.
public enum ConfigurationValue: Sendable, Hashable {
  case flag(Bool)
  /// A number, as a command line has it.
  case number(String)
  case text(String)
  case list([ConfigurationValue])
  case table([String: ConfigurationValue])

  /// What an option takes for it: several for a list, `NAME=VALUE` for each entry of a table; nil for a flag, and for lists in
  /// lists.
  public var texts: [String]? {
    switch self {
    case .flag: nil
    case .number(let text), .text(let text): [text]
    case .list(let values): values.map(\.single).allPresent
    case .table(let entries):
      entries.sorted { $0.key < $1.key }
        .map { name, value in value.single.map { "\(name)=\($0)" } }.allPresent
    }
  }

  private var single: String? {
    switch self {
    case .number(let text), .text(let text): text
    case .flag, .list, .table: nil
    }
  }
}

extension Array where Element == String? {
  /// The elements where none is nil.
  fileprivate var allPresent: [String]? {
    let present = compactMap(\.self)
    return present.count == count ? present : nil
  }
}
