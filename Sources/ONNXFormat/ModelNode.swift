import Foundation

/// One operator call of a graph.
public struct ModelNode: Sendable {
  var proto: Onnx_NodeProto

  init(_ proto: Onnx_NodeProto) { self.proto = proto }

  public init(
    _ opType: String, name: String, inputs: [String], outputs: [String], domain: String = "",
    attributes: [String: AttributeValue] = [:]
  ) {
    proto = Onnx_NodeProto()
    proto.opType = opType
    proto.name = name
    proto.input = inputs
    proto.output = outputs
    if !domain.isEmpty { proto.domain = domain }
    for (key, value) in attributes.sorted(by: { $0.key < $1.key }) { self[attribute: key] = value }
  }

  public var name: String {
    get { proto.name }
    set { proto.name = newValue }
  }
  public var opType: String {
    get { proto.opType }
    set { proto.opType = newValue }
  }
  /// The operator's domain; "" is the standard one.
  public var domain: String { Model.canonical(domain: proto.domain) }
  /// Which of several functions of one name is called.
  public var overload: String { proto.overload }

  /// Names of the values read; "" marks an omitted optional input.
  public var inputs: [String] {
    get { proto.input }
    set { proto.input = newValue }
  }
  public var outputs: [String] {
    get { proto.output }
    set { proto.output = newValue }
  }

  public var attributeNames: [String] { proto.attribute.map(\.name) }

  /// All attributes, in the file's order.
  public var attributes: [(name: String, value: AttributeValue)] {
    proto.attribute.map { ($0.name, AttributeValue($0)) }
  }

  /// The attribute's value, or nil where the node does not set it.
  public subscript(attribute name: String) -> AttributeValue? {
    get { proto.attribute.first { $0.name == name }.map(AttributeValue.init) }
    set {
      proto.attribute.removeAll { $0.name == name }
      if let newValue { proto.attribute.append(newValue.proto(named: name)) }
    }
  }

  /// What errors call this node: its name, or its first output where it has none.
  public var displayName: String {
    proto.name.isEmpty ? (proto.output.first { !$0.isEmpty } ?? proto.opType) : proto.name
  }
}

/// The value of a node's attribute.
public enum AttributeValue: Sendable {
  case float(Float)
  case int(Int)
  case string(String)
  case tensor(ModelTensor)
  case graph(ModelGraph)
  case floats([Float])
  case ints([Int])
  case strings([String])
  /// Inside a function: whatever the call gives for the function's attribute of that name.
  case reference(String)
  /// A kind that nothing here reads (sparse tensors, type protos).
  case other(kind: String)
}

extension AttributeValue {
  init(_ proto: Onnx_AttributeProto) {
    guard proto.refAttrName.isEmpty else {
      self = .reference(proto.refAttrName)
      return
    }
    switch proto.type {
    case .float: self = .float(proto.f)
    case .int: self = .int(Int(proto.i))
    case .string: self = .string(String(decoding: proto.s, as: UTF8.self))
    case .tensor: self = .tensor(ModelTensor(proto.t))
    case .graph: self = .graph(ModelGraph(proto.g))
    case .floats: self = .floats(proto.floats)
    case .ints: self = .ints(proto.ints.map { Int($0) })
    case .strings: self = .strings(proto.strings.map { String(decoding: $0, as: UTF8.self) })
    default: self = .other(kind: "\(proto.type)")
    }
  }

  func proto(named name: String) -> Onnx_AttributeProto {
    var proto = Onnx_AttributeProto()
    proto.name = name
    switch self {
    case .float(let value): (proto.type, proto.f) = (.float, value)
    case .int(let value): (proto.type, proto.i) = (.int, Int64(value))
    case .string(let value): (proto.type, proto.s) = (.string, Data(value.utf8))
    case .tensor(let value): (proto.type, proto.t) = (.tensor, value.proto)
    case .graph(let value): (proto.type, proto.g) = (.graph, value.proto)
    case .floats(let values): (proto.type, proto.floats) = (.floats, values)
    case .ints(let values): (proto.type, proto.ints) = (.ints, values.map(Int64.init))
    case .strings(let values):
      (proto.type, proto.strings) = (.strings, values.map { Data($0.utf8) })
    case .reference(let name): proto.refAttrName = name
    case .other(let kind): preconditionFailure("an attribute of kind \(kind) cannot be written")
    }
    return proto
  }
}
