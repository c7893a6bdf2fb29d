import Foundation
import Testing

/// Parsed JSON, read by the system's parser rather than by ours.
struct JSONDocument {
  private let value: Any

  private init(value: Any) { self.value = value }

  /// - Throws: where the text is anything but one JSON value.
  init(_ text: String) throws {
    value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
  }

  var keys: Set<String> { Set((value as? [String: Any] ?? [:]).keys) }

  subscript(key: String) -> JSONDocument {
    get throws {
      let object = try #require(value as? [String: Any])
      return JSONDocument(value: try #require(object[key], "no key '\(key)'"))
    }
  }

  var elements: [JSONDocument] {
    get throws { try #require(value as? [Any]).map(JSONDocument.init(value:)) }
  }

  var int: Int { get throws { try #require(value as? Int) } }
  var double: Double { get throws { try #require(value as? Double) } }
  var bool: Bool { get throws { try #require(value as? Bool) } }
  var string: String { get throws { try #require(value as? String) } }
  var strings: [String] { get throws { try #require(value as? [String]) } }
}
