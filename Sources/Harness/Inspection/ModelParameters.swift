import CalibrantONNXFormat

extension Model {
  /// Elements of all tensors that can be weights, whether initializers or values of Constant nodes.
  var parameterCount: Int { graph.parameterCount }
}

extension ModelGraph {
  fileprivate var parameterCount: Int {
    let stored = initializers.reduce(0) { $0 + $1.parameterCount }
    return nodes.reduce(stored) { $0 + $1.parameterCount }
  }
}

extension ModelNode {
  /// Of a Constant, or of the graphs inside.
  fileprivate var parameterCount: Int {
    attributeNames.reduce(0) { count, name in
      switch self[attribute: name] {
      case .tensor(let tensor) where opType == "Constant": count + tensor.parameterCount
      case .float where opType == "Constant": count + 1
      case .floats(let values) where opType == "Constant": count + values.count
      case .graph(let graph): count + graph.parameterCount
      default: count
      }
    }
  }
}

extension ModelTensor {
  fileprivate var parameterCount: Int {
    elementType?.isWeight == true ? (try? elementCount()) ?? 0 : 0
  }
}

extension ElementType {
  /// Types that weights come in, as opposed to shapes and indices.
  fileprivate var isWeight: Bool {
    switch self {
    case .float32, .float16, .float64, .bfloat16, .int8, .uint8, .int4, .uint4: true
    default: false
    }
  }
}
