/// An ONNX model as a document: everything the file came with stays in it, known to us or not.
///
/// Reading and editing go through small views (`graph`, `ModelNode`, `ModelTensor`); fields that have no view here
/// (functions, training information, fields of a newer specification) survive a load and save untouched.
///
///     var model = try Model(contentsOf: "model.onnx")
///     print(model.opsets[""] ?? 0, model.graph.nodes.count)
///     model.metadata["author"] = "me"
///     try model.write(to: "copy.onnx")
///
/// Format: https://github.com/onnx/onnx/blob/main/docs/IR.md
public struct Model: Sendable {
  var proto: Onnx_ModelProto

  /// The files that external data was read from, in the order the model first names them.
  public internal(set) var dataFiles: [DataFile] = []

  init(_ proto: Onnx_ModelProto) { self.proto = proto }

  /// An empty model of the standard domain.
  public init(graph: ModelGraph, opset: Int, irVersion: Int = 8, producer: String = "calibrant") {
    proto = Onnx_ModelProto()
    proto.irVersion = Int64(irVersion)
    proto.producerName = producer
    proto.graph = graph.proto
    setOpset(opset)
  }

  public var irVersion: Int {
    get { Int(proto.irVersion) }
    set { proto.irVersion = Int64(newValue) }
  }
  public var producerName: String { proto.producerName }
  public var producerVersion: String { proto.producerVersion }
  public var docString: String { proto.docString }

  /// The model's own key-value metadata.
  public var metadata: [String: String] {
    get { Dictionary(proto.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }) }
    set {
      proto.metadataProps = newValue.sorted { $0.key < $1.key }.map { key, value in
        var entry = Onnx_StringStringEntryProto()
        entry.key = key
        entry.value = value
        return entry
      }
    }
  }

  public var graph: ModelGraph {
    get { ModelGraph(proto.graph) }
    set { proto.graph = newValue.proto }
  }

  /// Whether the model defines functions of its own.
  public var functionNames: [String] { proto.functions.map(\.name) }

  public var functions: [ModelFunction] { proto.functions.map(ModelFunction.init) }

  /// Imported operator sets, by domain; the standard domain is "".
  public var opsets: [String: Int] { Self.opsets(proto.opsetImport) }

  static func opsets(_ imports: [Onnx_OperatorSetIdProto]) -> [String: Int] {
    Dictionary(
      imports.map { (canonical(domain: $0.domain), Int($0.version)) },
      uniquingKeysWith: { max($0, $1) })
  }

  /// Sets the version of the standard operator set.
  public mutating func setOpset(_ version: Int) {
    proto.opsetImport.removeAll { Self.canonical(domain: $0.domain) == "" }
    var entry = Onnx_OperatorSetIdProto()
    entry.domain = ""
    entry.version = Int64(version)
    proto.opsetImport.insert(entry, at: 0)
  }

  /// The standard domain has two spellings.
  static func canonical(domain: String) -> String { domain == "ai.onnx" ? "" : domain }
}
