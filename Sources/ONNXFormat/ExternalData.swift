import Foundation

extension Model {
  /// A file that tensors of a model lie in, beside the graph's own file.
  public struct DataFile: Sendable, Hashable {
    /// As the model names it, relative to its folder.
    public let location: String
    /// Where it was found, symbolic links resolved.
    public let path: String
  }

  /// Brings the external data of all tensors into the document and notes the files it comes from.
  ///
  /// A location is relative to the model's folder and may not leave it, neither by `..` nor through a symbolic link. Where
  /// the model itself is a link, as in the caches of model hubs, the folder of the file it leads to counts as well.
  mutating func loadExternalData(of path: String) throws(ModelError) {
    var loader = ExternalDataLoader(model: path)
    try loader.load(into: &proto.graph)
    for index in proto.functions.indices {
      for node in proto.functions[index].node.indices {
        try loader.load(into: &proto.functions[index].node[node].attribute)
      }
    }
    dataFiles = loader.files
  }
}

/// Walks over a model's tensors and maps the files that some of them lie in.
private struct ExternalDataLoader {
  private let folders: [URL]
  private var mapped: [String: Data] = [:]
  /// In the order the model first names them.
  private(set) var files: [Model.DataFile] = []

  init(model path: String) {
    let named = URL(filePath: path)
    folders = [named, named.resolvingSymlinksInPath()].map { $0.deletingLastPathComponent() }
  }

  mutating func load(into graph: inout Onnx_GraphProto) throws(ModelError) {
    for index in graph.initializer.indices { try load(into: &graph.initializer[index]) }
    for index in graph.node.indices { try load(into: &graph.node[index].attribute) }
  }

  mutating func load(into attributes: inout [Onnx_AttributeProto]) throws(ModelError) {
    for index in attributes.indices {
      if attributes[index].t.dataLocation == .external { try load(into: &attributes[index].t) }
      for tensor in attributes[index].tensors.indices {
        try load(into: &attributes[index].tensors[tensor])
      }
      if attributes[index].hasG { try load(into: &attributes[index].g) }
      for graph in attributes[index].graphs.indices {
        try load(into: &attributes[index].graphs[graph])
      }
    }
  }

  private mutating func load(into tensor: inout Onnx_TensorProto) throws(ModelError) {
    guard tensor.dataLocation == .external else { return }
    let reference = try ExternalReference(of: tensor)
    tensor.rawData = try reference.slice(of: map(reference))
    tensor.externalData = []
    tensor.clearDataLocation()
  }

  private mutating func map(_ reference: ExternalReference) throws(ModelError) -> Data {
    if let data = mapped[reference.location] { return data }
    let file = try reference.file(in: folders)
    let data = try reference.map(file)
    mapped[reference.location] = data
    files.append(Model.DataFile(location: reference.location, path: file.path))
    return data
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

  /// The file in the first of the folders that has it.
  func file(in folders: [URL]) throws(ModelError) -> URL {
    let roots = folders.map { Self.resolved($0).path }
    let places = folders.map { Self.resolved($0.appending(path: location)) }
    let place = places.first { FileManager.default.fileExists(atPath: $0.path) } ?? places[0]
    let isInside = roots.contains { place.path.hasPrefix($0.hasSuffix("/") ? $0 : $0 + "/") }
    guard !location.hasPrefix("/"), isInside else {
      throw .externalDataOutsideFolder(tensor: tensor, location: location)
    }
    return place
  }

  private static func resolved(_ url: URL) -> URL {
    url.resolvingSymlinksInPath().standardizedFileURL
  }

  func map(_ file: URL) throws(ModelError) -> Data {
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
