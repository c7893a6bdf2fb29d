import CalibrantEngine
import Foundation
import CalibrantONNXFormat

/// What a model file holds, and whether it can run here.
public struct ModelSummary: Sendable {
  public struct Port: Sendable {
    public let name: String
    public let type: String
    /// None for a scalar; nil where the file states no shape.
    public let dimensions: [String]?
  }

  public let file: ModelFile
  public let producer: String
  public let irVersion: Int
  /// Imported operator sets by domain, the standard one as "ai.onnx".
  public let opsets: [(domain: String, version: Int)]
  public let inputs: [Port]
  public let outputs: [Port]
  /// Most frequent first.
  public let nodeCounts: [(opType: String, count: Int)]
  public let parameters: Int
  /// Of one sample; nil where the model cannot run or its input size is open.
  public let multiplyAccumulates: Int?
  public let unsupported: [UnsupportedNode]
  /// What whoever runs the model should know of how it is read.
  public let notes: [String]
  /// Layers of 8-bit codes whose sums x86 CPUs without VNNI clamp for some input.
  public let saturation: [LayerSaturation]

  public init(_ path: String) throws {
    let model = try Model(contentsOf: path)
    let graph = model.graph
    file = try ModelFile(path, of: model)
    producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }
      .joined(separator: " ")
    irVersion = model.irVersion
    opsets = model.opsets.map { ($0.key.isEmpty ? "ai.onnx" : $0.key, $0.value) }
      .sorted { $0.0 < $1.0 }
    let initializers = Set(graph.initializers.map(\.name))
    inputs = graph.inputs.filter { !initializers.contains($0.name) }.map(Self.port)
    outputs = graph.outputs.map(Self.port)
    nodeCounts = Dictionary(grouping: graph.nodes, by: \.opType).map { ($0.key, $0.value.count) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    parameters = model.parameterCount
    (multiplyAccumulates, notes, unsupported) = try Self.reading(of: model)
    saturation = unsupported.isEmpty ? try LayerSaturation.all(in: model) : []
  }

  private static func port(_ value: ModelValue) -> Port {
    Port(
      name: value.name, type: value.elementType.map { "\($0)" } ?? "unknown",
      dimensions: value.dimensions?.map(\.description))
  }

  /// The cost of one sample, what there is to know of how the model is read, and what cannot run.
  private static func reading(of model: Model) throws -> (Int?, [String], [UnsupportedNode]) {
    do {
      // As written: rewrites would copy the weights, and change nothing that is said here.
      let program = try Program(model, optimizing: false)
      return (cost(of: program, model), program.notes, [])
    } catch GraphError.unsupportedNodes(let nodes) {
      return (nil, try Program.notes(on: model), nodes)
    }
  }

  /// Open batch dimensions count as 1, a fixed batch is divided by; any other open dimension leaves the cost unknown.
  private static func cost(of program: Program, _ model: Model) -> Int? {
    var types: [TensorType] = []
    for input in program.inputs {
      guard let dimensions = input.dimensions else { return nil }
      var dims = dimensions.map { $0.size }
      if let first = dims.first, first == nil { dims[0] = 1 }
      guard !dims.contains(nil) else { return nil }
      types.append(TensorType(input.dtype, Shape(dims.compactMap { $0 })))
    }
    let batch = fixedBatch(of: program, model)
    return (try? program.multiplyAccumulates(types)).map { $0 / batch }
  }

  /// The size that all inputs and outputs begin with; 1 where they do not agree.
  private static func fixedBatch(of program: Program, _ model: Model) -> Int {
    let shapes =
      program.inputs.map { $0.dimensions?.map(\.size) }
      + model.graph.outputs.map { $0.dimensions?.map(\.size) }
    let sizes = Set(shapes.map { ($0 ?? []).count > 1 ? $0?[0] : nil })
    guard sizes.count == 1, let size = sizes.first ?? nil, size > 0 else { return 1 }
    return size
  }
}

extension ModelSummary {
  /// The summary for people.
  public var text: String {
    var lines = [
      "\(file.name)  \(size), IR \(irVersion), "
        + opsets.map { "\($0.domain) \($0.version)" }.joined(separator: ", ")
        + (producer.isEmpty ? "" : ", by \(producer)")
    ]
    lines += inputs.map { "input   \(Self.line($0))" }
    lines += outputs.map { "output  \(Self.line($0))" }
    lines.append("parameters  \(ReportText.count(parameters))")
    if let multiplyAccumulates {
      lines.append("MACs        \(ReportText.count(multiplyAccumulates)) per sample")
    }
    lines.append(
      "nodes       " + nodeCounts.map { "\($0.opType) \($0.count)" }.joined(separator: ", "))
    if unsupported.isEmpty {
      lines.append("every node is supported")
    } else {
      lines.append("\(unsupported.count) unsupported:")
      lines += Self.table(unsupported)
    }
    lines += (notes + [saturation.sentence].compactMap { $0 }).map { "note        \($0)" }
    return lines.joined(separator: "\n")
  }

  private var size: String {
    let data = file.parts.dropFirst()
    return ReportText.bytes(file.bytes)
      + (data.isEmpty ? "" : " with \(data.map(\.name).joined(separator: ", "))")
  }

  /// One row for each node, with headings.
  private static func table(_ nodes: [UnsupportedNode]) -> [String] {
    let rows =
      [["node", "operator", "domain", "opset", "reason", "what to do"]]
      + nodes.map { node in
        let domain = node.domain.isEmpty ? "ai.onnx" : node.domain
        let opset = node.opset == 0 ? "–" : "\(node.opset)"
        return [node.name, node.opType, domain, opset, node.reason, node.advice]
      }
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      return "  " + (cells + [row[5]]).joined(separator: "  ")
    }
  }

  private static func line(_ port: Port) -> String {
    "\(port.name)  \(port.type) "
      + (port.dimensions.map { $0.isEmpty ? "scalar" : "[\($0.joined(separator: ", "))]" }
        ?? "of unknown shape")
  }

  /// The summary for scripts.
  public var json: JSONValue {
    func port(_ port: Port) -> JSONValue {
      .object([
        .init("name", .string(port.name)), .init("type", .string(port.type)),
        .init(
          "shape",
          port.dimensions.map {
            .array($0.map { Int($0).map(JSONValue.int) ?? .string($0) })
          } ?? .null),
      ])
    }
    return .object([
      .init("name", .string(file.name)), .init("bytes", .int(file.bytes)),
      .init("sha256", .string(file.sha256)), .init("files", .array(file.parts.map(\.json))),
      .init("irVersion", .int(irVersion)), .init("producer", .string(producer)),
      .init("opsets", .object(opsets.map { .init($0.domain, .int($0.version)) })),
      .init("inputs", .array(inputs.map(port))), .init("outputs", .array(outputs.map(port))),
      .init("nodes", .object(nodeCounts.map { .init($0.opType, .int($0.count)) })),
      .init("parameters", .int(parameters)),
      .init("multiplyAccumulates", multiplyAccumulates.map(JSONValue.int) ?? .null),
      .init(
        "unsupported",
        .array(
          unsupported.map { node in
            .object([
              .init("name", .string(node.name)), .init("opType", .string(node.opType)),
              .init("domain", .string(node.domain)), .init("opset", .int(node.opset)),
              .init("reason", .string(node.reason)), .init("advice", .string(node.advice)),
            ])
          })),
      .init("notes", .array(notes.map(JSONValue.string))),
      .init("saturation", saturation.json),
    ])
  }
}
