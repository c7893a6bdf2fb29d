import SwiftProtobuf

/// A function that a model defines: a body of nodes that stands for one operator.
public struct ModelFunction: Sendable {
  private let proto: Onnx_FunctionProto
  /// What it takes in the file.
  public let byteCount: Int

  init(_ proto: Onnx_FunctionProto) {
    self.proto = proto
    byteCount = (try? proto.serializedBytes(partial: true) as [UInt8])?.count ?? 0
  }

  public var name: String { proto.name }
  public var domain: String { Model.canonical(domain: proto.domain) }
  public var overload: String { proto.overload }
  public var inputs: [String] { proto.input }
  public var outputs: [String] { proto.output }
  public var nodes: [ModelNode] { proto.node.map(ModelNode.init) }

  /// Values of attributes that a call may leave out.
  public var attributeDefaults: [String: AttributeValue] {
    Dictionary(
      proto.attributeProto.map { ($0.name, AttributeValue($0)) }, uniquingKeysWith: { $1 })
  }

  /// The operator sets its body is written in, by domain.
  public var opsets: [String: Int] { Model.opsets(proto.opsetImport) }
}
