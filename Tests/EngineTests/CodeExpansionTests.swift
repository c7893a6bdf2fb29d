import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantEngine

/// Operators on codes (the QOperator format) computed with those of `CodeOperators`.
struct CodeExpansionTests {
  /// Operators whose means runtimes round in another order than the definition: one step off at most.
  private static let rounded: Set<String> = ["QLinearAveragePool", "QLinearGlobalAveragePool"]

  /// ONNX Runtime's operators and ONNX's own.
  static let cases =
    ConformanceCase.codeOperators
    + ConformanceCase.committed.filter {
      ["qlinear", "integer", "quantizelinear"].contains(where: $0.name.contains)
    }

  /// A case's model with constants for all inputs but codes of the first tensors, as models have them.
  private func model(_ testCase: ConformanceCase) throws -> (model: Model, inputs: [Tensor]) {
    var model = try Model(contentsOf: testCase.path + "/model.onnx")
    let values = try testCase.tensors("input")
    var graph = model.graph
    guard graph.nodes[0].domain.isEmpty else { return (model, values) }
    let constants = zip(graph.inputs, values).dropFirst()
    graph.initializers += constants.map { $1.stored(named: $0.name) }
    graph.inputs = [graph.inputs[0]]
    model.graph = graph
    return (model, [values[0]])
  }

  @Test(arguments: cases) func agrees(_ testCase: ConformanceCase) throws {
    let (model, inputs) = try model(testCase)
    let opType = model.graph.nodes[0].opType
    var session = Session(try Program(model, arithmetic: .integer))
    let actual = try session.run(inputs)
    let expected = try testCase.tensors("output")
    #expect(actual.map(\.type) == expected.map(\.type))
    let allowed = Self.rounded.contains(opType) ? 1.0 : 0
    for (values, wanted) in zip(actual, expected) {
      let largest = zip(values.numbers, wanted.numbers).map { abs($0 - $1) }.max() ?? 0
      #expect(
        largest <= allowed || (values.dtype == .float32 && largest < 1e-5), "\(opType): \(largest)")
    }
  }

  /// Constants of a network in the QOperator format.
  private struct Network {
    var nodes: [ModelNode] = []
    var initializers: [ModelTensor] = []
    let codes: ElementType
    var random = SeededRandom(seed: 21)

    init(_ codes: ElementType) { self.codes = codes }

    mutating func add(_ tensor: Tensor) -> String {
      let name = "c\(initializers.count)"
      initializers.append(tensor.stored(named: name))
      return name
    }

    mutating func scale(_ value: Float) -> String { add(Tensor(scalar: value)) }

    mutating func zeroPoint(_ value: Int) -> String {
      codes == .int8
        ? add(Tensor(scalar: Int8(value - 128))) : add(Tensor(scalar: UInt8(value)))
    }

    /// Weights, their scales and zero point.
    mutating func weights(_ dims: [Int], outputs: Int) -> [String] {
      let values = random.floats(dims.reduce(1, *)).map { Int8($0 * 127) }
      let scales = (0..<outputs).map { 0.001 + 0.0003 * Float($0 % 5) }
      return [
        add(Tensor(values, shape: Shape(dims))), add(Tensor(scales, shape: [outputs])),
        add(Tensor([Int8](repeating: 0, count: outputs), shape: [outputs])),
      ]
    }

    mutating func node(
      _ opType: String, _ inputs: [String], _ output: String, domain: String = "",
      _ attributes: [String: AttributeValue] = [:]
    ) {
      nodes.append(
        ModelNode(
          opType, name: output, inputs: inputs, outputs: [output], domain: domain,
          attributes: attributes))
    }
  }

  private func network(_ codes: ElementType) throws -> Model {
    var n = Network(codes)
    let given = [n.scale(0.05), n.zeroPoint(128)]
    n.node("QuantizeLinear", ["x"] + given, "q")
    func conv(_ input: String, _ output: String, _ coding: [String], group: Int = 1) -> [String] {
      let weights = n.weights([20, 20 / group, 3, 3], outputs: 20)
      let bias = n.add(
        Tensor(n.random.floats(20).map { Int32($0 * 1000) }, shape: [20]))
      let result = [n.scale(0.05), n.zeroPoint(100)]
      n.node(
        "QLinearConv", [input] + coding + weights + result + [bias], output,
        ["group": .int(group), "pads": .ints([1, 1, 1, 1])])
      return result
    }
    let a = conv("q", "a", given)
    let leaky = [n.scale(0.04), n.zeroPoint(90)]
    n.node("QLinearLeakyRelu", ["a"] + a + leaky, "l", domain: "com.microsoft")
    n.node(
      "MaxPool", ["l"], "m", ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
    let c = conv("m", "c", leaky, group: 20)
    let soft = [n.scale(1 / 256), n.zeroPoint(0)]
    // No operator of ours on codes: it reads and computes those of the file.
    n.node(
      "QLinearSoftmax", ["c"] + c + soft, "s", domain: "com.microsoft",
      ["axis": .int(1), "opset": .int(13)])
    let product = [n.scale(0.03), n.zeroPoint(10)]
    n.node("QLinearMul", ["s"] + soft + ["m"] + leaky + product, "p", domain: "com.microsoft")
    n.node("Reshape", ["p", n.add(Tensor([Int64(0), -1], shape: [2]))], "r")
    let w = n.weights([240, 5], outputs: 5)
    let y = [n.scale(0.02), n.zeroPoint(130)]
    n.node("QLinearMatMul", ["r"] + product + w + y, "z")
    n.node("DequantizeLinear", ["z"] + y, "y")
    // For its imports.
    var model = try Model(contentsOf: ConformanceCase.codeOperators[0].path + "/model.onnx")
    model.graph = ModelGraph(
      name: "codes", nodes: n.nodes,
      inputs: [
        ModelValue(
          name: "x", elementType: .float32,
          dimensions: [.symbolic("N"), .fixed(20), .fixed(9), .fixed(7)])
      ],
      outputs: ["y", "l"].map {
        ModelValue(
          name: $0, elementType: $0 == "y" ? .float32 : codes, dimensions: [.unknown])
      }, initializers: n.initializers)
    return model
  }

  /// The operators of the file compute what they did, exactly.
  @Test(arguments: [ElementType.uint8, .int8]) func aNetwork(_ codes: ElementType) throws {
    let model = try network(codes)
    var random = SeededRandom(seed: 4)
    let x = Tensor(random.floats(2 * 20 * 63).map { 6 * $0 }, shape: [2, 20, 9, 7])
    let program = try Program(model, arithmetic: .integer)
    var asWritten = Session(try Program(model, optimizing: false))
    var onCodes = Session(program)
    let (expected, found) = (try asWritten.run([x]), try onCodes.run([x]))
    #expect(found.map(\.type) == expected.map(\.type))
    #expect(found.map(\.numbers) == expected.map(\.numbers))
    let kinds = program.graph.nodes.map(\.opType)
    for kind in [
      "CodeConv", "MapCodes", "MaxPoolCodes", "QLinearSoftmax", "CombineCodes", "CodeMatMul",
    ] {
      #expect(kinds.contains(kind), "\(kinds)")
    }
    #expect(kinds.count { $0.hasPrefix("QLinear") } == 1)
  }

  /// What cannot be computed on our operators is left as it is.
  @Test func zeroPointsOfChannelsStay() throws {
    var model = try network(.uint8)
    var graph = model.graph
    let conv = try #require(graph.nodes.first { $0.opType == "QLinearConv" })
    let zeros = Tensor((0..<20).map { Int8($0 % 3) }, shape: [20])
    graph.initializers = graph.initializers.map {
      $0.name == conv.inputs[5] ? zeros.stored(named: $0.name) : $0
    }
    model.graph = graph
    let program = try Program(model, arithmetic: .integer)
    let kinds = program.graph.nodes.map(\.opType)
    #expect(kinds.contains("QLinearConv") && kinds.contains("CodeConv"))
    let x = Tensor((0..<20 * 63).map { Float($0 % 17) - 8 }, shape: [1, 20, 9, 7])
    var asWritten = Session(try Program(model, optimizing: false))
    var onCodes = Session(program)
    #expect(try onCodes.run([x]).map(\.numbers) == asWritten.run([x]).map(\.numbers))
  }
}
