import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantEngine

/// Quantized networks with numbers that no quantizer writes: an error or a result of the right shape, as in float.
struct HostileCodesTests {
  /// Names of what is changed in `network`, and what of it.
  private static let scales = ["x_q_scale", "a_w_scale", "a_b_scale", "a_q_scale", "w_scale"]
  private static let values: [Float] = [
    0, -1, .nan, .infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1e30,
  ]

  /// A convolution with a residual, pools and a classifier.
  private func network(_ attributes: [String: AttributeValue] = [:]) -> GraphBuilder {
    var b = GraphBuilder(input: [nil, 3, 9, 7])
    var random = SeededRandom(seed: 3)
    func codes(_ name: String, _ dims: [Int]) {
      b.initializers.append(
        ModelTensor(
          name: name + "_codes", elementType: .int8, dims: dims,
          values: random.floats(dims.reduce(1, *)).map { Int8($0 * 127) }))
      b.constant(name + "_scale", [0.01], [])
      b.initializers.append(
        ModelTensor(name: name + "_zero", elementType: .int8, dims: [], values: [0 as Int8]))
      b.node("DequantizeLinear", [name + "_codes", name + "_scale", name + "_zero"], name)
    }
    b.quantize("x", "x_q")
    b.dequantize("x_q", "d")
    codes("a_w", [20, 3, 3, 3])
    b.initializers.append(
      ModelTensor(
        name: "a_b_codes", elementType: .int32, dims: [20], values: (0..<20).map { Int32($0) }))
    b.constant("a_b_scale", [0.02 * 0.01], [])
    b.node("DequantizeLinear", ["a_b_codes", "a_b_scale"], "a_b")
    b.node("Conv", ["d", "a_w", "a_b"], "a0", attributes: attributes)
    b.quantize("a0", "a_q", scale: 0.1)
    b.dequantize("a_q", "a", scale: 0.1)
    b.node("Add", ["a", "a"], "s0")
    b.quantize("s0", "s_q", scale: 0.2)
    b.dequantize("s_q", "s", scale: 0.2)
    b.node("GlobalAveragePool", ["s"], "g0")
    b.quantize("g0", "g_q", scale: 0.2)
    b.dequantize("g_q", "g", scale: 0.2)
    b.node("Flatten", ["g"], "f")
    codes("w", [20, 5])
    b.node("Gemm", ["f", "w"], "y")
    return b
  }

  /// Shapes of the results in each arithmetic, nil where there are none.
  private func shapes(_ b: GraphBuilder, of x: [Int] = [2, 3, 9, 7]) -> [Shape?] {
    let image = Tensor(type(of: x)) { bytes in
      for i in 0..<x.reduce(1, *) {
        bytes.storeBytes(of: Float(i % 7) - 3, toByteOffset: 4 * i, as: Float.self)
      }
    }
    func shape(_ hardware: Hardware, _ arithmetic: Arithmetic) -> Shape? {
      guard
        let program = try? Program(b.model("y"), hardware: hardware, arithmetic: arithmetic)
      else { return nil }
      var session = Session(program)
      return try? session.run([image])[0].shape
    }
    return [shape(.exact, .float), shape(.exact, .integer), shape(.noVNNI, .integer)]
  }

  private func type(of dims: [Int]) -> TensorType { TensorType(.float32, Shape(dims)) }

  private func replace(_ b: inout GraphBuilder, _ tensor: ModelTensor) {
    b.initializers.removeAll { $0.name == tensor.name }
    b.initializers.append(tensor)
  }

  private func expectAgreement(_ b: GraphBuilder, of x: [Int] = [2, 3, 9, 7]) {
    let found = shapes(b, of: x)
    #expect(Set(found).count == 1, "\(found)")
  }

  @Test func theNetworkRuns() throws {
    #expect(shapes(network()) == [[2, 5], [2, 5], [2, 5]])
    #expect(
      try Program(network().model("y"), arithmetic: .integer).graph.nodes.contains {
        $0.opType == "CodeConv"
      })
  }

  @Test(arguments: scales, values) func hostileScales(_ name: String, _ value: Float) {
    var b = network()
    replace(&b, ModelTensor(name: name, elementType: .float32, dims: [], values: [value]))
    expectAgreement(b)
  }

  @Test(arguments: scales) func scalesOfIntegers(_ name: String) {
    var b = network()
    replace(&b, ModelTensor(name: name, elementType: .int32, dims: [], values: [1 as Int32]))
    expectAgreement(b)
  }

  @Test(arguments: scales, [[0], [1], [2], [1, 1], [5], [20]])
  func scalesOfOtherShapes(_ name: String, _ dims: [Int]) {
    var b = network()
    let values = [Float](repeating: 0.01, count: dims.reduce(1, *))
    replace(&b, ModelTensor(name: name, elementType: .float32, dims: dims, values: values))
    let found = shapes(b)
    #expect(found[0] == nil || found == [found[0], found[0], found[0]], "\(found)")
  }

  /// A zero point of another type than its codes', and beyond all of them.
  @Test(
    arguments: ["x_q_zero", "a_q_zero", "a_w_zero", "w_zero"], [-1, 300, 1 << 40, .max] as [Int64])
  func zeroPointsBeyondTheCodes(_ name: String, _ value: Int64) {
    var b = network()
    replace(&b, ModelTensor(name: name, elementType: .int64, dims: [], values: [value]))
    _ = shapes(b)
  }

  @Test(arguments: [0, 1, 19, 21, 400]) func biasesOfOtherLengths(_ count: Int) {
    var b = network()
    replace(
      &b,
      ModelTensor(
        name: "a_b_codes", elementType: .int32, dims: [count],
        values: [Int32](repeating: .max, count: count)))
    _ = shapes(b)
  }

  @Test(
    arguments: [
      ["pads": .ints([1 << 24, 1 << 24, 1 << 24, 1 << 24])], ["dilations": .ints([1 << 20, 1])],
      ["strides": .ints([1 << 24, 1 << 24])], ["kernel_shape": .ints([0, 0])], ["group": .int(0)],
      ["group": .int(3)], ["group": .int(.max)], ["pads": .ints([-1, -1, -1, -1])],
      ["auto_pad": .string("SAME_UPPER"), "strides": .ints([5, 9])],
    ] as [[String: AttributeValue]])
  func hostileWindows(_ attributes: [String: AttributeValue]) {
    expectAgreement(network(attributes))
  }

  @Test(arguments: [
    [0, 3, 9, 7], [1, 3, 0, 7], [1, 3, 9, 0], [1, 3, 3, 3], [1, 3, 2, 2], [1, 0, 9, 7], [1, 3, 9],
  ])
  func imagesOfOtherShapes(_ dims: [Int]) {
    var b = network()
    b.inputs = []
    b.input("x", [Int?](repeating: nil, count: dims.count))
    expectAgreement(b, of: dims)
  }

  /// The divisor of a mean that counts padding is a number in the file.
  @Test func windowsOfPaddingThatAreCounted() {
    var b = network()
    let far = 1 << 20
    b.nodes = b.nodes.map { node in
      guard node.opType == "GlobalAveragePool" else { return node }
      return ModelNode(
        "AveragePool", name: "pool", inputs: ["s"], outputs: ["g0"],
        attributes: [
          "kernel_shape": .ints([far, far]), "pads": .ints([far, far, far, far]),
          "strides": .ints([1 << 24, 1 << 24]), "count_include_pad": .int(1),
        ])
    }
    _ = shapes(b)
  }
}
