/// A graph of a `Model`: nodes in topological order, initializers, inputs and outputs.
public struct ModelGraph: Sendable {
  var proto: Onnx_GraphProto

  init(_ proto: Onnx_GraphProto) { self.proto = proto }

  public init(
    name: String, nodes: [ModelNode], inputs: [ModelValue], outputs: [ModelValue],
    initializers: [ModelTensor]
  ) {
    proto = Onnx_GraphProto()
    proto.name = name
    self.nodes = nodes
    self.inputs = inputs
    self.outputs = outputs
    self.initializers = initializers
  }

  public var name: String { proto.name }

  public var nodes: [ModelNode] {
    get { proto.node.map(ModelNode.init) }
    set { proto.node = newValue.map(\.proto) }
  }

  /// All declared inputs; in files of IR version 3 and before, initializers are listed here too.
  public var inputs: [ModelValue] {
    get { proto.input.map(ModelValue.init) }
    set { proto.input = newValue.map(\.proto) }
  }

  public var outputs: [ModelValue] {
    get { proto.output.map(ModelValue.init) }
    set { proto.output = newValue.map(\.proto) }
  }

  /// Declared types of intermediate values; optional in ONNX.
  public var valueInfos: [ModelValue] {
    get { proto.valueInfo.map(ModelValue.init) }
    set { proto.valueInfo = newValue.map(\.proto) }
  }

  public var initializers: [ModelTensor] {
    get { proto.initializer.map(ModelTensor.init) }
    set { proto.initializer = newValue.map(\.proto) }
  }

  public var hasSparseInitializers: Bool { !proto.sparseInitializer.isEmpty }
}
