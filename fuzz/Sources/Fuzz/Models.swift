import CalibrantEngine
import Foundation
import CalibrantONNXFormat

/// Models: damaged ones loaded or run, and sound ones with hostile numbers planned.
enum Models {
  static func load(_ data: Data) throws {
    _ = try Program(Model(serialized: data))
  }

  static func run(_ data: Data) throws {
    try run(Model(serialized: data))
  }

  /// A seed, chosen by the first two bytes; each further four replace one number of an attribute, of a tensor or of a shape.
  /// For odd choices all inputs but the first are constants. All bytes choose the 64-bit integers and floats that
  /// the model reads.
  static func plan(_ data: Data) throws {
    let bytes = data.map(Int.init)
    guard bytes.count >= 6, !seeds.isEmpty else { return }
    let choice = bytes[0] << 8 | bytes[1]
    var model = seeds[choice / 2 % seeds.count]
    if choice % 2 == 1 { makeConstants(ofAllButTheFirstInputOf: &model) }
    for edit in stride(from: 2, to: bytes.count - 3, by: 4) {
      replace(bytes[edit] << 8 | bytes[edit + 1], bytes[edit + 2], by: bytes[edit + 3], in: &model)
    }
    try run(Model(serialized: model.serialized())) { bytes[$0 % bytes.count] }
  }

  /// Weights that are constants reach other operators than weights that a model is given.
  private static func makeConstants(ofAllButTheFirstInputOf model: inout Model) {
    var graph = model.graph
    for input in graph.inputs.dropFirst() {
      let dims = (input.dimensions ?? []).map { if case .fixed(let size) = $0 { size } else { 2 } }
      guard let type = input.elementType, let size = type.byteCount(of: dims.reduce(1, *)) else {
        return
      }
      let one: [UInt8] = type == .float32 ? [0, 0, 0x80, 0x3F] : [1, 0, 0, 0, 0, 0, 0, 0]
      let width = max(1, (type.bitWidth ?? 8) / 8)
      let payload = Data((0..<size).map { one[$0 % width % one.count] })
      graph.initializers.append(
        ModelTensor(name: input.name, elementType: type, dims: dims, payload: payload))
    }
    graph.inputs = Array(graph.inputs.prefix(1))
    model.graph = graph
  }

  private static let seeds: [Model] = {
    let names = FileManager.default.subpaths(atPath: Targets.seeds) ?? []
    return names.filter { $0.hasSuffix(".onnx") }.sorted().compactMap {
      try? Model(contentsOf: Targets.seeds + "/" + $0)
    }
  }()

  /// - Parameters:
  ///   - part: of the attribute, tensor or shape.
  ///   - choice: of the number that takes its place.
  private static func replace(
    _ which: Int, _ part: Int, by choice: Int, in model: inout Model
  ) {
    let value = HostileNumbers.integer(choice)
    var graph = model.graph
    var (nodes, tensors) = (graph.nodes, graph.initializers)
    let attributes = nodes.indices.flatMap { node in
      nodes[node].attributes.indices.map { (node: node, attribute: $0) }
    }
    let count = attributes.count + tensors.count + graph.inputs.count
    guard count > 0 else { return }
    switch which % count {
    case let index where index < attributes.count:
      let place = attributes[index]
      let (name, old) = nodes[place.node].attributes[place.attribute]
      nodes[place.node][attribute: name] = changed(old, part, value)
      graph.nodes = nodes
    case let index where index < attributes.count + tensors.count:
      let tensor = index - attributes.count
      tensors[tensor] = changed(tensors[tensor], part, choice)
      graph.initializers = tensors
    case let index:
      let input = index - attributes.count - tensors.count
      graph.inputs[input] = changed(graph.inputs[input], part, value)
    }
    model.graph = graph
  }

  /// A long axis stands before one of size 0: a shape of any size, and no data.
  private static func changed(_ old: ModelValue, _ part: Int, _ value: Int) -> ModelValue {
    guard var dims = old.dimensions, !dims.isEmpty, let type = old.elementType else { return old }
    dims[part % dims.count] = .fixed(value)
    if value > 4096 { dims[(part + 1) % dims.count] = .fixed(0) }
    return ModelValue(name: old.name, elementType: type, dimensions: dims)
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

  /// Another element, or another shape with as many elements as that has.
  private static func changed(_ old: ModelTensor, _ part: Int, _ choice: Int) -> ModelTensor {
    guard let type = old.elementType, let bytes = try? old.payload() else { return old }
    if part % 4 == 3 { return reshaped(old, type, Data(bytes), part / 4, choice) }
    let element = HostileNumbers.bytes(choice, type)
    guard !element.isEmpty, bytes.count >= element.count else { return old }
    let place = part % (bytes.count / element.count) * element.count
    var changed = Data(bytes)
    changed.replaceSubrange(place..<place + element.count, with: element)
    return ModelTensor(name: old.name, elementType: type, dims: old.dims, payload: changed)
  }

  private static func reshaped(
    _ old: ModelTensor, _ type: ElementType, _ bytes: Data, _ part: Int, _ choice: Int
  ) -> ModelTensor {
    let sizes = [0, 1, 2, 3, 5]
    var dims = old.dims
    switch choice % 8 {
    case 0: dims.append(sizes[part % sizes.count])
    case 1: dims = Array(dims.dropLast())
    case 2: dims = []
    default:
      guard !dims.isEmpty else { return old }
      dims[part % dims.count] = sizes[choice / 8 % sizes.count]
    }
    guard let size = type.byteCount(of: dims.reduce(1, *)), size <= 1 << 16 else { return old }
    let payload = bytes.prefix(size) + Data(count: max(0, size - bytes.count))
    return ModelTensor(name: old.name, elementType: type, dims: dims, payload: payload)
  }

  /// Runs a model, before that one that holds codes in integer arithmetic, exact and as processors without VNNI.
  /// - Parameter choice: of an element of an input, by its place.
  private static func run(_ model: Model, choice: ((Int) -> Int)? = nil) throws {
    if model.graph.nodes.contains(where: { $0.opType == "DequantizeLinear" }) {
      for hardware in [Hardware.exact, .noVNNI] {
        do {
          try run(Program(model, hardware: hardware, arithmetic: .integer), choice)
          Outcomes.count("(on codes, \(hardware.rawValue))")
        } catch {
          Outcomes.count(error)
        }
      }
    }
    try run(Program(model), choice)
  }

  private static func run(_ program: Program, _ choice: ((Int) -> Int)?) throws {
    guard let inputs = smallInputs(of: program, choice) else { return }
    var session = Session(program)
    _ = try session.run(inputs)
  }

  /// Ones for every other input, open dimensions being 2; nil where that is much.
  private static func smallInputs(of program: Program, _ choice: ((Int) -> Int)?) -> [Tensor]? {
    var inputs: [Tensor] = []
    for input in program.inputs {
      let dims = (input.dimensions ?? [.fixed(2)]).map { dimension in
        if case .fixed(let size) = dimension { size } else { 2 }
      }
      let type = TensorType(input.dtype, Shape(dims))
      guard let elements = type.shape.checkedElementCount, elements <= 4096 else { return nil }
      switch (input.dtype, choice) {
      case (.int64, let choice?):
        let all = HostileNumbers.all
        let values = (0..<elements).map { Int64(all[choice($0) % all.count]) }
        inputs.append(Tensor(values, shape: type.shape))
      case (.float32, let choice?):
        let all = HostileNumbers.floats
        let values = (0..<elements).map { all[choice($0) % all.count] }
        inputs.append(Tensor(values, shape: type.shape))
      default:
        inputs.append(
          Tensor(type) { bytes in
            for i in 0..<elements { bytes[i * input.dtype.byteSize] = 1 }
          })
      }
    }
    return inputs
  }
}

extension AttributeValue {
  fileprivate var isWritable: Bool {
    if case .other = self { false } else { true }
  }
}
