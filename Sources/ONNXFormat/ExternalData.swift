import Foundation

extension Model {
  /// Brings the external data of initializers into the document.
  ///
  /// A location is relative to the model's folder and may not leave it, neither by `..` nor through a symbolic link.
  mutating func loadExternalData(from folder: URL) throws(ModelError) {
    var files: [String: Data] = [:]
    for index in proto.graph.initializer.indices
    where proto.graph.initializer[index].dataLocation == .external {
      let tensor = proto.graph.initializer[index]
      let reference = try ExternalReference(of: tensor)
      if files[reference.location] == nil {
        files[reference.location] = try reference.mapFile(in: folder)
      }
      let file = files[reference.location]!
      let bytes = try reference.slice(of: file)
      proto.graph.initializer[index].rawData = bytes
      proto.graph.initializer[index].externalData = []
      proto.graph.initializer[index].clearDataLocation()
    }
  }
}

extension Model {
  /// The files beside a model file that hold its external data.
  public static func dataFiles(of path: String) throws(ModelError) -> [String] {
    let proto = try decode(map(path), path: path).proto
    let folder = URL(filePath: path).deletingLastPathComponent()
    var locations: Set<String> = []
    for tensor in proto.graph.initializer where tensor.dataLocation == .external {
      locations.insert(try ExternalReference(of: tensor).location)
    }
    return locations.sorted().map { folder.appending(path: $0).path }
  }
}

/// Where a tensor's bytes lie outside the model file (onnx.proto, `external_data`).
private struct ExternalReference {
  let tensor: String
  let location: String
  let offset: Int
  let length: Int?

  init(of proto: Onnx_TensorProto) throws(ModelError) {
    let entries = Dictionary(
      proto.externalData.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    tensor = proto.name
    guard let location = entries["location"], !location.isEmpty else {
      throw .externalDataUnusable(tensor: proto.name, location: "", reason: "it names no file")
    }
    self.location = location
    offset = try Self.number(entries["offset"], of: "offset", tensor: tensor, at: location) ?? 0
    length = try Self.number(entries["length"], of: "length", tensor: tensor, at: location)
  }

  private static func number(
    _ text: String?, of key: String, tensor: String, at location: String
  ) throws(ModelError) -> Int? {
    guard let text else { return nil }
    guard let value = Int(text), value >= 0 else {
      throw .externalDataUnusable(
        tensor: tensor, location: location, reason: "\(key) '\(text)' is no size")
    }
    return value
  }

  func mapFile(in folder: URL) throws(ModelError) -> Data {
    let root = folder.resolvingSymlinksInPath().standardizedFileURL.path
    let file = folder.appending(path: location).resolvingSymlinksInPath().standardizedFileURL
    guard !location.hasPrefix("/"), file.path.hasPrefix(root.hasSuffix("/") ? root : root + "/")
    else { throw .externalDataOutsideFolder(tensor: tensor, location: location) }
    do {
      return try Data(contentsOf: file, options: .alwaysMapped)
    } catch {
      throw .externalDataUnusable(
        tensor: tensor, location: location, reason: error.localizedDescription)
    }
  }

  func slice(of file: Data) throws(ModelError) -> Data {
    guard offset <= file.count, (length ?? 0) <= file.count - offset else {
      throw .externalDataUnusable(
        tensor: tensor, location: location,
        reason: "offset \(offset) and length \(length ?? 0) reach past its \(file.count) bytes")
    }
    let start = file.startIndex + offset
    return file[start..<(length.map { start + $0 } ?? file.endIndex)]
  }
}
