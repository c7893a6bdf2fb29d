import Engine
import Foundation
import ONNXFormat

/// Models: damaged ones loaded or run, and sound ones with hostile numbers planned.
enum Models {
  static func load(_ data: Data) throws {
    _ = try Program(Model(serialized: data))
  }

  static func run(_ data: Data) throws {
    try run(Model(serialized: data))
  }

  /// A conformance case, chosen by the first two bytes; each further four replace one number of an attribute or an integer
  /// tensor. Where the case reads 64-bit integers, all bytes choose those.
  static func plan(_ data: Data) throws {
    let bytes = data.map(Int.init)
    guard bytes.count >= 6, !seeds.isEmpty else { return }
    var model = seeds[(bytes[0] << 8 | bytes[1]) % seeds.count]
    func number(_ byte: Int) -> Int { HostileNumbers.all[byte % HostileNumbers.all.count] }
    for edit in stride(from: 2, to: bytes.count - 3, by: 4) {
      replace(
        bytes[edit] << 8 | bytes[edit + 1], bytes[edit + 2], by: number(bytes[edit + 3]), in: &model
      )
    }
    try run(Model(serialized: model.serialized())) { number(bytes[$0 % bytes.count]) }
  }

  private static let seeds: [Model] = {
    let names = FileManager.default.subpaths(atPath: Targets.seeds) ?? []
    return names.filter { $0.hasSuffix(".onnx") }.sorted().compactMap {
      try? Model(contentsOf: Targets.seeds + "/" + $0)
    }
  }()

  private static func replace(_ which: Int, _ part: Int, by value: Int, in model: inout Model) {
    var graph = model.graph
    var (nodes, tensors) = (graph.nodes, graph.initializers)
    let attributes = nodes.indices.flatMap { node in
      nodes[node].attributes.indices.map { (node: node, attribute: $0) }
    }
    let integers = tensors.indices.filter { tensors[$0].elementType == .int64 }
    let count = attributes.count + integers.count
    guard count > 0 else { return }
    if which % count < attributes.count {
      let place = attributes[which % count]
      let (name, old) = nodes[place.node].attributes[place.attribute]
      nodes[place.node][attribute: name] = changed(old, part, value)
      graph.nodes = nodes
    } else {
      let index = integers[which % count - attributes.count]
      tensors[index] = changed(tensors[index], part, value)
      graph.initializers = tensors
    }
    model.graph = graph
  }

  private static func changed(_ old: AttributeValue, _ part: Int, _ value: Int) -> AttributeValue? {
    switch old {
    case .int: return .int(value)
    case .float: return .float(Float(value))
    case .ints(var values):
      if part % 8 == 7 { return .ints(values + [value]) }
      guard !values.isEmpty else { return .ints([value]) }
      values[part % values.count] = value
      return .ints(values)
    default: return old.isWritable ? old : nil
    }
  }

  private static func changed(_ old: ModelTensor, _ part: Int, _ value: Int) -> ModelTensor {
    guard var bytes = try? old.payload(), bytes.count >= 8 else { return old }
    let place = part % (bytes.count / 8) * 8
    withUnsafeBytes(of: Int64(value).littleEndian) { new in
      bytes = Data(bytes)
      bytes.replaceSubrange(place..<place + 8, with: new)
    }
    return ModelTensor(name: old.name, elementType: .int64, dims: old.dims, payload: bytes)
  }

  /// - Parameter integers: the elements of 64-bit inputs, by their place.
  private static func run(_ model: Model, integers: (Int) -> Int = { _ in 1 }) throws {
    let program = try Program(model)
    guard let inputs = smallInputs(of: program, integers) else { return }
    var session = Session(program)
    _ = try session.run(inputs)
  }

  /// Ones for every other input, open dimensions being 2; nil where that is much.
  private static func smallInputs(of program: Program, _ integers: (Int) -> Int) -> [Tensor]? {
    var inputs: [Tensor] = []
    for input in program.inputs {
      let dims = (input.dimensions ?? [.fixed(2)]).map { dimension in
        if case .fixed(let size) = dimension { size } else { 2 }
      }
      let type = TensorType(input.dtype, Shape(dims))
      guard let elements = type.shape.checkedElementCount, elements <= 4096 else { return nil }
      inputs.append(
        Tensor(type) { bytes in
          if input.dtype == .int64 {
            for i in 0..<elements {
              bytes.storeBytes(of: Int64(integers(i)), toByteOffset: 8 * i, as: Int64.self)
            }
          } else {
            for i in 0..<elements { bytes[i * input.dtype.byteSize] = 1 }
          }
        })
    }
    return inputs
  }
}

extension AttributeValue {
  fileprivate var isWritable: Bool {
    if case .other = self { false } else { true }
  }
}
