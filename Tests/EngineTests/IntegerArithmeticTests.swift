import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantEngine

/// Quantized networks computed on their codes: what ONNX's words give, but for ties.
struct IntegerArithmeticTests {
  /// Scales of values that a network computes.
  static let step: Float = 0.05

  /// Runs a model as written and on codes.
  /// - Returns: the operators that the program on codes has.
  @discardableResult
  func compare(
    _ model: Model, _ inputs: [Tensor], step: Float = IntegerArithmeticTests.step,
    observing: [String] = []
  ) throws -> [String] {
    let written = try floats(Program(model, optimizing: false), inputs)
    let program = try Program(model, observing: observing, arithmetic: .integer)
    let found = try floats(program, inputs)
    for (expected, values) in zip(written, found) {
      let steps = zip(expected, values).map { abs($0 - $1) / step }
      #expect(steps.allSatisfy { $0 < 1.01 }, "\(steps.max() ?? 0)")
      // A rounding error moves a value over the middle of two codes once in many thousand times.
      #expect(steps.count { $0 > 0.01 } <= max(1, steps.count / 500))
    }
    let kinds = program.graph.nodes.map(\.opType)
    if !kinds.contains("BlockedConv") {
      let plain = try Program(model, optimizing: false, arithmetic: .integer)
      #expect(try floats(plain, inputs) == found)
    }
    return kinds
  }

  /// A convolution of codes with its quantizer behind it.
  func conv(
    _ b: inout GraphBuilder, _ input: String, _ output: String, channels: (Int, Int),
    kernel: Int = 3, group: Int = 1, activation: String? = nil, zeroPoint: UInt8 = 128,
    inputScale: Float = step,
    attributes: [String: AttributeValue] = ["pads": .ints([1, 1, 1, 1])]
  ) {
    weights(&b, output + "_w", [channels.1, channels.0 / group, kernel, kernel], axis: 0)
    var random = SeededRandom(seed: UInt64(output.utf8.reduce(7) { 31 &* $0 &+ Int($1) } & 0xffff))
    b.initializers.append(
      ModelTensor(
        name: output + "_b", elementType: .int32, dims: [channels.1],
        values: random.floats(channels.1).map { Int32($0 * 1000) }))
    let scales = (0..<channels.1).map { inputScale * Self.weightScale($0) }
    b.constant(output + "_b_scale", scales, [channels.1])
    b.node(
      "DequantizeLinear", [output + "_b", output + "_b_scale"], output + "_bias",
      attributes: ["axis": .int(0)])
    var attributes = attributes
    attributes["group"] = .int(group)
    b.node(
      "Conv", [input, output + "_w", output + "_bias"], output + "_sum", attributes: attributes)
    if let activation { b.node(activation, [output + "_sum"], output + "_act") }
    let last = activation == nil ? output + "_sum" : output + "_act"
    b.quantize(last, output + "_q", scale: Self.step, zeroPoint: zeroPoint)
    b.dequantize(output + "_q", output, scale: Self.step, zeroPoint: zeroPoint)
  }

  static func weightScale(_ channel: Int) -> Float { 0.001 + 0.0002 * Float(channel % 5) }

  func weights(_ b: inout GraphBuilder, _ name: String, _ dims: [Int], axis: Int) {
    var random = SeededRandom(seed: UInt64(dims.reduce(3) { 17 &* $0 &+ $1 }))
    b.initializers.append(
      ModelTensor(
        name: name + "_codes", elementType: .int8, dims: dims,
        values: random.floats(dims.reduce(1, *)).map { Int8($0 * 127) }))
    b.constant(name + "_scale", (0..<dims[axis]).map(Self.weightScale), [dims[axis]])
    b.node(
      "DequantizeLinear", [name + "_codes", name + "_scale"], name,
      attributes: ["axis": .int(axis)])
  }

  func network(channels: Int = 3) -> GraphBuilder {
    var b = GraphBuilder(input: [nil, channels, 9, 7])
    b.quantize("x", "x_q", scale: Self.step)
    b.dequantize("x_q", "d", scale: Self.step)
    return b
  }

  func images(channels: Int = 3) -> [Tensor] {
    var random = SeededRandom(seed: 12)
    let values = random.floats(2 * channels * 63).map { 6 * $0 }
    return [Tensor(values, shape: [2, channels, 9, 7])]
  }

  @Test(arguments: [nil, "Relu"], [0 as UInt8, 100])
  func convolutions(activation: String?, zeroPoint: UInt8) throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20), activation: activation, zeroPoint: zeroPoint)
    conv(&b, "a", "b", channels: (20, 32), zeroPoint: 130)
    conv(&b, "b", "c", channels: (32, 32), group: 32)
    conv(
      &b, "c", "e", channels: (32, 6), kernel: 1, group: 2, attributes: ["strides": .ints([2, 2])])
    b.node("Identity", ["e"], "y")
    let kinds = try compare(b.model("y"), images())
    #expect(kinds.count { $0 == "CodeConv" } == 4)
    #expect(!kinds.contains { ["Conv", "BlockedConv", "QuantizeDequantize"].contains($0) })
  }

  /// The network of a residual block, pools, and a classifier.
  @Test func aResidualNetwork() throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20), activation: "Relu", zeroPoint: 0)
    b.node(
      "MaxPool", ["a"], "m0",
      attributes: ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
    b.quantize("m0", "m_q", scale: Self.step, zeroPoint: 0)
    b.dequantize("m_q", "m", scale: Self.step, zeroPoint: 0)
    conv(&b, "m", "c", channels: (20, 20))
    b.node("Add", ["c", "m"], "s0")
    b.node("Relu", ["s0"], "s1")
    b.quantize("s1", "s_q", scale: Self.step, zeroPoint: 0)
    b.dequantize("s_q", "s", scale: Self.step, zeroPoint: 0)
    b.node("GlobalAveragePool", ["s"], "g0")
    b.quantize("g0", "g_q", scale: Self.step / 4, zeroPoint: 0)
    b.dequantize("g_q", "g", scale: Self.step / 4, zeroPoint: 0)
    b.node("Flatten", ["g"], "f0")
    b.quantize("f0", "f_q", scale: Self.step / 4, zeroPoint: 0)
    b.dequantize("f_q", "f", scale: Self.step / 4, zeroPoint: 0)
    weights(&b, "w", [20, 5], axis: 1)
    b.node("Gemm", ["f", "w"], "y")
    let kinds = try compare(b.model("y"), images())
    #expect(
      Set(kinds) == [
        "QuantizeCodes", "CodeConv", "MaxPoolCodes", "GlobalAveragePoolCodes", "Flatten",
        "CodeMatMul",
      ])
    #expect(kinds.count { $0 == "CodeConv" } == 2)
  }

  /// A gate per channel, a table, channels joined with other scales, an average.
  @Test func gatesTablesAndConcat() throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20))
    conv(&b, "d", "e", channels: (3, 9), zeroPoint: 90)
    b.node("Sigmoid", ["a"], "t0")
    b.quantize("t0", "t_q", scale: 1 / 255, zeroPoint: 0)
    b.dequantize("t_q", "t", scale: 1 / 255, zeroPoint: 0)
    b.node("Mul", ["a", "t"], "p0")
    b.quantize("p0", "p_q", scale: Self.step, zeroPoint: 100)
    b.dequantize("p_q", "p", scale: Self.step, zeroPoint: 100)
    b.node("Concat", ["p", "e"], "c0", attributes: ["axis": .int(1)])
    b.quantize("c0", "c_q", scale: 2 * Self.step, zeroPoint: 110)
    b.dequantize("c_q", "c", scale: 2 * Self.step, zeroPoint: 110)
    b.node(
      "AveragePool", ["c"], "v0",
      attributes: [
        "kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1]),
        // Nine codes have no mean in the middle of two.
        "count_include_pad": .int(1),
      ])
    b.quantize("v0", "v_q", scale: 2 * Self.step, zeroPoint: 110)
    b.dequantize("v_q", "v", scale: 2 * Self.step, zeroPoint: 110)
    b.node("Identity", ["v"], "y")
    let kinds = try compare(b.model("y"), images(), step: 2 * Self.step)
    for kind in ["MapCodes", "CombineCodes", "ConcatCodes", "AveragePoolCodes"] {
      #expect(kinds.contains(kind), "\(kind)")
    }
    #expect(!kinds.contains("QuantizeDequantize"))
  }

  /// What is observed, and what no quantizer follows, is a value, also of a layer that is computed on codes.
  @Test func floatIslands() throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20))
    b.node("Softmax", ["a"], "s", attributes: ["axis": .int(1)])
    b.quantize("s", "s_q", scale: 1 / 255, zeroPoint: 0)
    b.dequantize("s_q", "t", scale: 1 / 255, zeroPoint: 0)
    conv(&b, "t", "y0", channels: (20, 4), inputScale: 1 / 255)
    b.node("Identity", ["y0"], "y")
    let kinds = try compare(b.model("y"), images())
    #expect(kinds.contains("Softmax") && kinds.count { $0 == "CodeConv" } == 2)
    let observed = try compare(b.model("y"), images(), observing: ["a_sum"])
    #expect(observed.count { $0 == "CodeConv" } == 2 && observed.contains("QuantizeCodes"))
  }

  /// Results in float, with a bias that is in float, of all kinds of layers.
  @Test(arguments: [(20, 33, 1), (20, 20, 20), (3, 20, 1)])
  func layersOnCodesWithFloatResults(_ channels: Int, _ filters: Int, _ group: Int) throws {
    var b = network(channels: channels)
    weights(&b, "w", [filters, channels / group, 3, 3], axis: 0)
    b.constant("bias", (0..<filters).map { Float($0) / 7 - 1 }, [filters])
    b.node("Conv", ["d", "w", "bias"], "c", attributes: ["group": .int(group)])
    b.node("Softplus", ["c"], "y")
    let kinds = try compare(b.model("y"), images(channels: channels))
    #expect(kinds.contains("CodeConv") && !kinds.contains("BlockedConv"))
  }

  @Test func aProductOnCodesWithAFloatBias() throws {
    var b = network(channels: 3)
    b.integers("axes", [0, -1])
    b.node("Reshape", ["d", "axes"], "rows0")
    b.quantize("rows0", "rows_q", scale: Self.step, zeroPoint: 120)
    b.dequantize("rows_q", "rows", scale: Self.step, zeroPoint: 120)
    let width = images()[0].count / images()[0].shape[0]
    weights(&b, "w", [width, 21], axis: 1)
    b.constant("bias", (0..<21).map { Float($0) / 3 - 1 }, [21])
    b.node("MatMul", ["rows", "w"], "m")
    b.node("Add", ["bias", "m"], "a")
    b.constant("root", [Float(2).squareRoot()], [])
    b.constant("one", [1], [])
    b.constant("half", [0.5], [])
    b.node("Div", ["a", "root"], "g0")
    b.node("Erf", ["g0"], "g1")
    b.node("Add", ["g1", "one"], "g2")
    b.node("Mul", ["a", "g2"], "g3")
    b.node("Mul", ["g3", "half"], "y")
    let kinds = try compare(b.model("y"), images())
    #expect(kinds.contains("CodeMatMul") && kinds.contains("Gelu") && !kinds.contains("Add"))
    #expect(try compare(b.model("y"), images(), observing: ["m"]).contains("Add"))
  }

  /// Zeros around an image are its zero point around the codes, also before the image is quantized again.
  @Test func padsBecomePartOfTheWindow() throws {
    var b = network(channels: 20)
    b.integers("pads", [0, 0, 1, 0, 0, 0, 1, 2])
    b.node("Pad", ["d", "pads"], "p0")
    b.quantize("p0", "p_q", scale: Self.step)
    b.dequantize("p_q", "p", scale: Self.step)
    conv(&b, "p", "a", channels: (20, 17))
    b.node("Identity", ["a"], "y")
    let kinds = try compare(b.model("y"), images(channels: 20))
    #expect(!kinds.contains("Pad") && kinds.contains("CodeConv"))
  }

  /// A bias in other steps than those of the sums is no int32 bias of them.
  @Test func aBiasOfAnotherScaleStaysInFloat() throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20), inputScale: 0.2)
    b.node("Identity", ["a"], "y")
    #expect(try !compare(b.model("y"), images()).contains("CodeConv"))
  }

  /// The same bits for any number of threads and any batch.
  @Test func threadsAndBatchesChangeNothing() throws {
    var b = network(channels: 20)
    conv(&b, "d", "a", channels: (20, 48), activation: "Relu", zeroPoint: 0)
    conv(&b, "a", "y0", channels: (48, 48))
    b.node("Identity", ["y0"], "y")
    let program = try Program(b.model("y"), arithmetic: .integer)
    let batch = images(channels: 20)[0]
    var one = Session(program)
    var three = Session(program, threads: 3)
    let whole = try one.run([batch])[0].array(of: Float.self)
    #expect(try three.run([batch])[0].array(of: Float.self) == whole)
    let parts = try (0..<2).flatMap {
      try one.run([batch.entries($0..<$0 + 1)])[0].array(of: Float.self)
    }
    #expect(parts == whole)
  }
}
