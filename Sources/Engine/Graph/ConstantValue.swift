import CalibrantONNXFormat

/// A value that no run changes: as a file stores it, or as it was computed.
package enum ConstantValue: Sendable {
  case stored(ModelTensor)
  case computed(Tensor)

  package var dims: [Int] {
    switch self {
    case .stored(let tensor): tensor.dims
    case .computed(let tensor): tensor.shape.dims
    }
  }

  /// nil for types that this version of the code does not know.
  package var elementType: ElementType? {
    switch self {
    case .stored(let tensor): tensor.elementType
    case .computed(let tensor): tensor.dtype.elementType
    }
  }

  /// What the values take in a file.
  package var byteCount: Int { stored(named: "").storedByteCount }

  /// The values; floats of 16 and 64 bits become float32.
  package func tensor() throws(GraphError) -> Tensor {
    switch self {
    case .stored(let tensor): try Tensor(tensor)
    case .computed(let tensor): tensor
    }
  }

  /// The constant as a file holds it.
  package func stored(named name: ValueName) -> ModelTensor {
    switch self {
    case .stored(var tensor):
      tensor.name = name
      return tensor
    case .computed(let tensor): return tensor.stored(named: name)
    }
  }
}
