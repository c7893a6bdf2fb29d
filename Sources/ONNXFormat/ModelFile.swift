import Foundation
import SwiftProtobuf

extension Model {
  /// Loads and validates a model; external data is mapped from `dataFiles` in the model's own folder.
  public init(contentsOf path: String) throws(ModelError) {
    let data = try Self.map(path)
    self = try Self.decode(data, path: path)
    try loadExternalData(of: path)
    try validate()
  }

  /// Reads and validates a model held in memory; it can have no external data.
  public init(serialized data: Data) throws(ModelError) {
    self = try Self.decode(data, path: "the model")
    try validate()
  }

  /// Writes one file that holds all weights, completely or not at all.
  /// - Returns: its size in bytes.
  @discardableResult
  public func write(to path: String) throws(ModelError) -> Int {
    let data = try serialized(for: path)
    try AtomicFile.write(data, to: path)
    return data.count
  }

  /// The file's bytes. The same model gives the same bytes.
  public func serialized(for path: String = "the model") throws(ModelError) -> Data {
    do {
      var options = BinaryEncodingOptions()
      options.useDeterministicOrdering = true
      return try proto.serializedBytes(partial: true, options: options)
    } catch {
      let bytes = graph.initializers.reduce(0) { $0 + $1.storedByteCount }
      throw .tooLargeToWrite(path: path, bytes: bytes)
    }
  }

  static func map(_ path: String) throws(ModelError) -> Data {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw .missingFile(path: path)
    }
    guard !isDirectory.boolValue else {
      throw .unreadableFile(path: path, reason: "it is a folder")
    }
    do {
      return try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
    } catch {
      throw .unreadableFile(path: path, reason: error.localizedDescription)
    }
  }

  static func decode(_ data: Data, path: String) throws(ModelError) -> Model {
    guard !data.isEmpty else { throw .notONNX(path: path, reason: "the file is empty") }
    do {
      return Model(try Onnx_ModelProto(serializedBytes: data, partial: true))
    } catch {
      throw .notONNX(path: path, reason: "its protobuf encoding is damaged or cut short (\(error))")
    }
  }
}
