/// Why boxes cannot be read from a file.
public struct BoxLabelError: Error, Hashable, Sendable {
  public let path: String
  /// Where in the file, as in "line 3" or "annotations[7]"; nil where it is about the file as a whole.
  public let place: String?
  public let fault: Fault

  public init(path: String, place: String? = nil, _ fault: Fault) {
    self.path = path
    self.place = place
    self.fault = fault
  }

  public enum Fault: Hashable, Sendable {
    case missingFile
    case unreadable(reason: String)
    case tooLarge(bytes: Int, limit: Int)
    case notText
    /// Not JSON, YAML or XML, as the parser says.
    case syntax(format: String, reason: String)
    case missing(key: String)
    /// `expected` goes on from "is not".
    case wrongValue(key: String, value: String, expected: String)
    case duplicate(key: String, value: String)
    /// An image, or a class, that the data set does not have.
    case unknown(key: String, value: String)
    case noImages
  }
}

extension BoxLabelError: CustomStringConvertible {
  public var description: String {
    (place.map { "\(path), \($0): " } ?? "\(path): ") + fault.description
  }
}

extension BoxLabelError.Fault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingFile: "no such file"
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .tooLarge(let bytes, let limit): "\(bytes) bytes, where at most \(limit) are read"
    case .notText: "not UTF-8 text"
    case .syntax(let format, let reason): "not \(format): \(reason)"
    case .missing(let key): "\(key) is missing"
    case .wrongValue(let key, let value, let expected): "\(key) \(value) is not \(expected)"
    case .duplicate(let key, let value): "\(key) \(value) is there twice"
    case .unknown(let key, let value): "\(key) \(value) is not in the data set"
    case .noImages: "no images"
    }
  }
}
