import Foundation
import CalibrantONNXFormat
import TOMLKit

/// What a file of options says, by the names of options and of commands: TOML, or JSON in a file whose name ends so.
public struct ConfigurationFile: Sendable {
  public let path: String
  public let entries: [String: ConfigurationValue]

  /// - Throws: for a file that cannot be read, or is neither.
  public init(contentsOf path: String) throws {
    let data = try TextFile.bytes(of: path)
    let isJSON = path.lowercased().hasSuffix(".json")
    self.path = path
    do {
      entries = try isJSON ? Self.json(data) : Self.toml(data)
    } catch {
      throw HarnessError.badConfiguration(path: path, reason: error.reason)
    }
  }

  /// - Throws: `ConfigurationSyntaxError`.
  static func toml(_ data: Data) throws(ConfigurationSyntaxError) -> [String: ConfigurationValue] {
    guard let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0) else {
      throw ConfigurationSyntaxError(reason: "it is no text in UTF-8")
    }
    try PlainTOML.check(text)
    let table: TOMLTable
    do {
      table = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      let place = error.source.begin
      throw ConfigurationSyntaxError(
        reason: "it is no TOML: line \(place.line), column \(place.column): \(error.description)")
    } catch {
      throw ConfigurationSyntaxError(reason: "it is no TOML: \(error)")
    }
    // Inner tables are parts of it.
    return try withExtendedLifetime(table) { () throws(ConfigurationSyntaxError) in
      try entries(of: table)
    }
  }

  private static func entries(
    of table: TOMLTable
  ) throws(ConfigurationSyntaxError) -> [String: ConfigurationValue] {
    var entries: [String: ConfigurationValue] = [:]
    for (key, value) in table { entries[key] = try Self.value(value, key) }
    return entries
  }

  private static func value(
    _ value: any TOMLValueConvertible, _ key: String
  ) throws(ConfigurationSyntaxError) -> ConfigurationValue {
    if let bool = value.bool { return .flag(bool) }
    if let number = value.int { return .number("\(number)") }
    if let number = value.double { return .number("\(number)") }
    if let text = value.string { return .text(text) }
    if let table = value.table { return .table(try entries(of: table)) }
    guard let array = value.array else {
      throw ConfigurationSyntaxError(
        reason: "'\(key)' is a \(value.type), which no option takes: quotes make it text")
    }
    var values: [ConfigurationValue] = []
    for element in array { values.append(try Self.value(element, key)) }
    return .list(values)
  }

  /// - Throws: `ConfigurationSyntaxError`.
  static func json(_ data: Data) throws(ConfigurationSyntaxError) -> [String: ConfigurationValue] {
    do {
      return try JSONDecoder().decode([String: ConfigurationValue].self, from: data)
    } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
      throw ConfigurationSyntaxError(
        reason: "'\(context.codingPath[0].stringValue)': \(context.debugDescription)")
    } catch {
      throw ConfigurationSyntaxError(reason: "it is no JSON object of options")
    }
  }
}

/// Why a text is no configuration.
struct ConfigurationSyntaxError: Error {
  let reason: String
}

extension ConfigurationValue: Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let bool = try? container.decode(Bool.self) {
      self = .flag(bool)
    } else if let number = try? container.decode(Int.self) {
      self = .number("\(number)")
    } else if let number = try? container.decode(UInt64.self) {
      self = .number("\(number)")
    } else if let number = try? container.decode(Double.self) {
      self = .number("\(number)")
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let values = try? container.decode([ConfigurationValue].self) {
      self = .list(values)
    } else if let entries = try? container.decode([String: ConfigurationValue].self) {
      self = .table(entries)
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "it is null, or holds null, which no option takes")
    }
  }
}
