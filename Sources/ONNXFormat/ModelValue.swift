/// A graph input, output or annotated intermediate value: its name and declared type.
public struct ModelValue: Sendable {
  var proto: Onnx_ValueInfoProto

  init(_ proto: Onnx_ValueInfoProto) { self.proto = proto }

  public init(name: String, elementType: ElementType, dimensions: [Dimension]) {
    proto = Onnx_ValueInfoProto()
    proto.name = name
    var tensor = Onnx_TypeProto.Tensor()
    tensor.elemType = Int32(elementType.rawValue)
    tensor.shape.dim = dimensions.map { dimension in
      var dim = Onnx_TensorShapeProto.Dimension()
      switch dimension {
      case .fixed(let size): dim.dimValue = Int64(size)
      case .symbolic(let name): dim.dimParam = name
      case .unknown: break
      }
      return dim
    }
    proto.type.tensorType = tensor
  }

  public var name: String { proto.name }

  /// The declared element type; nil where the value is no dense tensor or its type is unknown here.
  public var elementType: ElementType? {
    guard case .tensorType(let tensor)? = proto.type.value else { return nil }
    return ElementType(rawValue: Int(tensor.elemType))
  }

  /// The declared dimensions; nil where the file states none.
  public var dimensions: [Dimension]? {
    guard case .tensorType(let tensor)? = proto.type.value, tensor.hasShape else { return nil }
    return tensor.shape.dim.map { dim in
      switch dim.value {
      // Some exporters write −1 for a size that is open.
      case .dimValue(let size): size < 0 ? .unknown : .fixed(Int(size))
      case .dimParam(let name): .symbolic(name)
      case nil: .unknown
      }
    }
  }
}

/// One dimension of a declared shape.
public enum Dimension: Sendable, Hashable, CustomStringConvertible {
  case fixed(Int)
  case symbolic(String)
  case unknown

  public var description: String {
    switch self {
    case .fixed(let size): "\(size)"
    case .symbolic(let name): name
    case .unknown: "?"
    }
  }
}
