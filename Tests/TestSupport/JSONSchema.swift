import Foundation

/// As much of JSON Schema as the project's own schemas use: type, properties, required, items, enum,
/// bounds and additionalProperties. A keyword beyond these is reported, not passed over.
public struct JSONSchema {
  private let root: [String: Any]

  public init(contentsOf file: URL) throws {
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    root = object as? [String: Any] ?? [:]
  }

  /// Where `document` breaks the schema; empty where it does not.
  public func violations(of document: Data) throws -> [String] {
    let value = try JSONSerialization.jsonObject(with: document, options: .fragmentsAllowed)
    return Self.check(value, root, at: "$")
  }

  private static let known: Set<String> = [
    "$schema", "title", "description", "type", "properties", "required", "items", "enum", "minimum",
    "maximum", "minItems", "maxItems", "additionalProperties",
  ]

  private static func check(_ value: Any, _ schema: [String: Any], at path: String) -> [String] {
    var found = schema.keys.filter { !known.contains($0) }.map { "\(path): unknown keyword \($0)" }
    if let choices = schema["enum"] as? [Any],
      !choices.contains(where: { ($0 as? NSObject) == (value as? NSObject) })
    {
      found.append("\(path): \(value) is none of \(choices)")
    }
    let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
    if !types.isEmpty, !types.contains(where: { isOf($0, value) }) {
      found.append("\(path): \(value) is no \(types.joined(separator: " or "))")
    }
    if let object = value as? [String: Any] { found += checkObject(object, schema, at: path) }
    if let array = value as? [Any] { found += checkArray(array, schema, at: path) }
    if !(value is NSNull), let number = value as? Double {
      if let minimum = schema["minimum"] as? Double, number < minimum {
        found.append("\(path): \(number) is below \(minimum)")
      }
      if let maximum = schema["maximum"] as? Double, number > maximum {
        found.append("\(path): \(number) is above \(maximum)")
      }
    }
    return found
  }

  private static func checkObject(
    _ object: [String: Any], _ schema: [String: Any], at path: String
  ) -> [String] {
    let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
    let required = schema["required"] as? [String] ?? []
    let others = schema["additionalProperties"] as? [String: Any]
    return required.filter { object[$0] == nil }.map { "\(path): \($0) is missing" }
      + object.sorted { $0.key < $1.key }.flatMap { key, value in
        (properties[key] ?? others).map { check(value, $0, at: "\(path).\(key)") } ?? []
      }
  }

  private static func checkArray(
    _ array: [Any], _ schema: [String: Any], at path: String
  ) -> [String] {
    var found: [String] = []
    if let least = schema["minItems"] as? Int, array.count < least {
      found.append("\(path): fewer than \(least) items")
    }
    if let most = schema["maxItems"] as? Int, array.count > most {
      found.append("\(path): more than \(most) items")
    }
    guard let items = schema["items"] as? [String: Any] else { return found }
    return found + array.enumerated().flatMap { check($1, items, at: "\(path)[\($0)]") }
  }

  private static func isOf(_ type: String, _ value: Any) -> Bool {
    switch type {
    case "null": value is NSNull
    case "string": value is String
    case "array": value is [Any]
    case "object": value is [String: Any]
    case "number": !(value is NSNull) && value is NSNumber
    case "integer": (value as? Double).map { $0 == $0.rounded() } ?? false
    default: false
    }
  }
}
