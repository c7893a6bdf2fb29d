import Foundation
import CalibrantONNXFormat
import Testing

@testable import CalibrantEngine

/// A case for a single operator: ONNX's own (scripts/onnx_cases.py) or of ONNX Runtime's operators
/// (scripts/qoperator_cases.py).
struct ConformanceCase: CustomTestStringConvertible, Sendable {
  let path: String

  var name: String { URL(filePath: path).lastPathComponent }
  var testDescription: String { name }

  /// The committed selection.
  static let committed = all(in: folder("Conformance"))
  static let codeOperators = all(in: folder("QOperator"))

  private static func folder(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: name).path
  }

  static func all(in folder: String) -> [ConformanceCase] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().map { ConformanceCase(path: folder + "/" + $0) }
  }

  func loadNode() throws -> Node? {
    let graph = try Graph(Model(contentsOf: path + "/model.onnx")).resolved()
    return graph.nodes.count == 1 ? graph.nodes[0] : nil
  }

  /// The case's values by the graph's order, nil where the case has no tensor there.
  func tensors(_ kind: String) throws -> [Tensor] {
    var tensors: [Tensor] = []
    while true {
      let file = path + "/test_data_set_0/\(kind)_\(tensors.count).pb"
      guard let data = FileManager.default.contents(atPath: file) else { return tensors }
      tensors.append(try Tensor(ModelTensor(serialized: data)))
    }
  }

  /// Runs the case's node on the case's inputs.
  func run(_ node: Node) throws -> [Tensor] { try OperatorRunner.run(node, operands(of: node)) }

  /// What the case's node reads: constants of its graph, or inputs.
  func operands(of node: Node) throws -> [Tensor?] {
    let graph = try Graph(Model(contentsOf: path + "/model.onnx")).resolved()
    let given = try tensors("input")
    let inputs = Dictionary(uniqueKeysWithValues: zip(graph.inputs.map(\.name), given))
    // One value may feed a node twice.
    return node.inputs.map { id in id.flatMap { graph.constant($0) ?? inputs[$0] } }
  }

  /// Shape inference as a plan does it for values that depend on the model's input.
  func typesWithoutValues(_ node: Node) throws -> [TensorType] {
    let operands = try operands(of: node).map { $0.map { Operand($0.type) } }
    return try inferredTypes(of: OperatorRegistry.standard.kernel(for: node), on: operands)
  }
}
