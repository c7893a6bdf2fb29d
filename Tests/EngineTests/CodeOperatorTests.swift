import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantEngine

/// Operators of quantized networks that are computed on codes.
extension IntegerArithmeticTests {
  /// Quantizes a value and dequantizes it.
  private func quantize(
    _ b: inout GraphBuilder, _ input: String, _ output: String, scale: Float = step,
    zeroPoint: UInt8 = 128
  ) {
    b.quantize(input, output + "_q", scale: scale, zeroPoint: zeroPoint)
    b.dequantize(output + "_q", output, scale: scale, zeroPoint: zeroPoint)
  }

  /// Compares a network whose only float operators quantize its input and dequantize its outputs.
  private func expectCodes(_ b: GraphBuilder, outputs: Int = 1, channels: Int = 3) throws {
    var b = b
    b.node("Identity", ["z"], "y")
    let kinds = try compare(b.model("y"), images(channels: channels))
    #expect(kinds.count { $0 == "QuantizeCodes" } == 1, "\(kinds)")
    #expect(kinds.count { $0 == "DequantizeCodes" } == outputs, "\(kinds)")
    #expect(!kinds.contains("QuantizeDequantize"), "\(kinds)")
  }

  struct Move: Sendable, CustomTestStringConvertible {
    let opType: String
    var attributes: [String: AttributeValue] = [:]
    var integers: [[Int64]] = []
    var testDescription: String { "\(opType) \(integers)" }
  }

  static let moves = [
    Move(opType: "Transpose", attributes: ["perm": .ints([0, 2, 3, 1])]),
    Move(opType: "Reshape", integers: [[0, 4, -1, 7]]),
    Move(opType: "Slice", integers: [[1, 2], [7, 9], [1, 2], [2, 3]]),
    Move(opType: "Gather", attributes: ["axis": .int(1)], integers: [[3, 0, 19, 3]]),
    Move(opType: "Tile", integers: [[1, 2, 1, 3]]),
    Move(opType: "Expand", integers: [[2, 20, 9, 7]]),
    Move(
      opType: "Pad", attributes: ["mode": .string("reflect")], integers: [[0, 0, 1, 2, 0, 0, 2, 1]]),
    Move(opType: "Pad", integers: [[0, 0, 1, 2, 0, 0, 2, 1]]),
    Move(
      opType: "MaxPool", attributes: ["kernel_shape": .ints([2, 3]), "strides": .ints([2, 1])]),
  ]

  @Test(arguments: moves, [0 as UInt8, 100]) func moves(_ move: Move, zeroPoint: UInt8) throws {
    for network in [true, false] {
      var b = self.network(channels: 20)
      var source = "d"
      if network {
        conv(&b, "d", "a", channels: (20, 20), zeroPoint: zeroPoint)
        source = "a"
      }
      for (index, values) in move.integers.enumerated() { b.integers("i\(index)", values) }
      b.node(
        move.opType, [source] + move.integers.indices.map { "i\($0)" }, "m",
        attributes: move.attributes)
      // Once on the same grid, once on another.
      quantize(&b, "m", "m1", zeroPoint: network ? zeroPoint : 128)
      b.node("Sigmoid", ["m1"], "s")
      quantize(&b, "s", "z", scale: 1 / 64, zeroPoint: 3)
      try expectCodes(b, channels: 20)
    }
  }

  /// Where shapes do not say that they are images, what a convolution reads blocked is read dense by others.
  @Test(
    arguments: [
      ("Concat", ["axis": .int(1)]), ("Concat", ["axis": .int(2)]), ("Add", [:]),
    ] as [(String, [String: AttributeValue])])
  func readsDenseWhatConvolutionsReadBlocked(
    _ opType: String, _ attributes: [String: AttributeValue]
  ) throws {
    var b = network(channels: 20)
    b.integers("shape", [0, 20, 9, 7])
    for name in ["p", "q"] {
      b.node("Reshape", ["d", "shape"], name)
      quantize(&b, name, name + "1")
      conv(&b, name + "1", name + "c", channels: (20, 20))
      b.node("Identity", [name + "c"], "z" + name)
    }
    b.node(opType, ["p1", "q1"], "j", attributes: attributes)
    quantize(&b, "j", "z")
    b.node("Identity", ["z"], "y")
    try compare(b.model("y", "zp", "zq"), images(channels: 20))
  }

  @Test func resizesByCopying() throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20))
    b.constant("scales", [1, 1, 2, 1.5], [4])
    b.node("Resize", ["a", "", "scales"], "m", attributes: ["mode": .string("nearest")])
    quantize(&b, "m", "z")
    try expectCodes(b)
  }

  @Test func splitsAndJoins() throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20))
    b.node("Split", ["a"], "p", "q", attributes: ["axis": .int(1)])
    quantize(&b, "p", "p1")
    quantize(&b, "q", "q1", scale: 2 * Self.step)
    b.node("Concat", ["q1", "p1"], "c", attributes: ["axis": .int(3)])
    quantize(&b, "c", "z", scale: 2 * Self.step, zeroPoint: 100)
    try expectCodes(b)
  }

  /// Blocks and elements of the depth that they become.
  @Test(arguments: ["DepthToSpace", "SpaceToDepth"]) func spaceAndDepth(_ opType: String) throws {
    var b = network()
    conv(
      &b, "d", "a", channels: (3, 20), kernel: 2,
      attributes: ["pads": .ints([0, 0, 0, 0]), "strides": .ints([1, 1])])
    b.node(opType, ["a"], "m", attributes: ["blocksize": .int(2)])
    quantize(&b, "m", "z")
    try expectCodes(b)
  }

  /// Zeros around codes become the padding of the convolution behind them.
  @Test func padsOfConvolutions() throws {
    var b = network()
    b.integers("pads", [0, 0, 1, 1, 0, 0, 2, 0])
    b.node("Pad", ["d", "pads"], "p")
    quantize(&b, "p", "p1")
    conv(&b, "p1", "z", channels: (3, 20), attributes: ["pads": .ints([0, 1, 0, 1])])
    b.node("Identity", ["z"], "y")
    let kinds = try compare(b.model("y"), images())
    #expect(!kinds.contains("Pad") && kinds.count { $0 == "QuantizeCodes" } == 1)
  }

  @Test(arguments: ["Sub", "Add", "Mul"], [true, false])
  func pairs(_ opType: String, swapped: Bool) throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20), zeroPoint: 90)
    conv(&b, "d", "e", channels: (3, 20))
    b.node(opType, swapped ? ["e", "a"] : ["a", "e"], "s")
    b.node("Relu", ["s"], "r")
    quantize(&b, "r", "z", scale: Self.step * 1.125, zeroPoint: 0)
    try expectCodes(b)
  }

  /// With one number, and with one for each channel, quantized.
  @Test(arguments: ["Sub", "Add", "Mul", "Div"], [true, false])
  func constants(_ opType: String, isFirst: Bool) throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20), zeroPoint: 90)
    b.constant("number", [0.75], [1, 1, 1])
    b.node(opType, isFirst ? ["number", "a"] : ["a", "number"], "s")
    quantize(&b, "s", "t", scale: Self.step * 1.125, zeroPoint: 100)
    if opType != "Div" {
      b.initializers.append(
        ModelTensor(
          name: "codes", elementType: .uint8, dims: [1, 20, 1, 1],
          values: (0..<20).map { UInt8(5 * $0) }))
      b.dequantize("codes", "values", scale: 0.02037, zeroPoint: 41)
      b.node(opType, isFirst ? ["values", "t"] : ["t", "values"], "u")
      quantize(&b, "u", "z", zeroPoint: 120)
    } else {
      b.node("Identity", ["t"], "z")
    }
    try expectCodes(b)
  }

  /// Of codes that are computed, as attention has them: quantized or in float.
  @Test(arguments: [true, false]) func productsOfCodes(isQuantized: Bool) throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20), zeroPoint: 90)
    conv(&b, "d", "e", channels: (3, 20))
    b.integers("heads", [0, 4, 5, 63])
    for name in ["a", "e"] { b.node("Reshape", [name, "heads"], name + "1") }
    b.node("Transpose", ["a1"], "a2", attributes: ["perm": .ints([0, 1, 3, 2])])
    b.node("MatMul", ["a2", "e1"], "p")
    guard isQuantized else {
      b.node("Softmax", ["p"], "y", attributes: ["axis": .int(-1)])
      let kinds = try compare(b.model("y"), images())
      #expect(kinds.contains("MultiplyCodes") && kinds.count { $0 == "QuantizeCodes" } == 1)
      return
    }
    quantize(&b, "p", "p1", scale: 0.7, zeroPoint: 117)
    b.constant("factor", [0.05], [])
    b.node("Mul", ["p1", "factor"], "s")
    quantize(&b, "s", "z")
    try expectCodes(b)
  }

  @Test(arguments: [nil, true, false]) func meansOfImages(keepingAxes: Bool?) throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20))
    if let keepingAxes {
      b.node(
        "ReduceMean", ["a"], "m",
        attributes: ["axes": .ints([-1, 2]), "keepdims": .int(keepingAxes ? 1 : 0)])
    } else {
      b.node("GlobalAveragePool", ["a"], "m")
    }
    quantize(&b, "m", "z", scale: Self.step / 4)
    try expectCodes(b)
  }

  struct Storage: Sendable {
    let type: ElementType
    let codes: ClosedRange<Int>
    let zeroPoint: Int
  }

  static let storages = [
    Storage(type: .uint8, codes: 0...255, zeroPoint: 131),
    Storage(type: .uint8, codes: 0...255, zeroPoint: 0),
    Storage(type: .int8, codes: -128...127, zeroPoint: -3),
    Storage(type: .int4, codes: -8...7, zeroPoint: 0),
    Storage(type: .uint4, codes: 0...15, zeroPoint: 8),
  ]

  @Test(arguments: storages) func weights(_ storage: Storage) throws {
    var b = network()
    var random = SeededRandom(seed: 9)
    func add(_ name: String, _ dims: [Int], _ values: [Int]) {
      let tensor =
        storage.codes.lowerBound < 0
        ? Tensor(values.map { Int8($0) }, shape: Shape(dims), dtype: DType(storage.type)!)
        : Tensor(values.map { UInt8($0) }, shape: Shape(dims), dtype: DType(storage.type)!)
      b.initializers.append(tensor.stored(named: name))
    }
    let dims = [20, 3, 3, 3]
    add(
      "codes", dims,
      random.floats(dims.reduce(1, *)).map {
        storage.codes.lowerBound + Int(($0 + 1) / 2 * Float(storage.codes.count - 1))
      })
    add("zero", [], [storage.zeroPoint])
    b.constant("scale", [0.47 / Float(storage.codes.count)], [])
    b.node("DequantizeLinear", ["codes", "scale", "zero"], "w")
    b.node("Conv", ["d", "w"], "c")
    quantize(&b, "c", "z")
    b.node("Identity", ["z"], "y")
    let kinds = try compare(b.model("y", opset: 21), images())
    #expect(kinds.contains("CodeConv"))
  }

  /// Layers of whose output nobody asks codes.
  @Test func layersWithValues() throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20))
    weights(&b, "cw", [17, 20, 3, 3], axis: 0)
    b.node("Conv", ["a", "cw"], "c")
    b.node("Softmax", ["c"], "s", attributes: ["axis": .int(1)])
    b.node("Transpose", ["s"], "t", attributes: ["perm": .ints([0, 2, 3, 1])])
    quantize(&b, "t", "u", scale: 1 / 255, zeroPoint: 0)
    weights(&b, "m", [17, 10], axis: 1)
    b.node("MatMul", ["u", "m"], "v")
    b.weights("bias", [10])
    b.node("Add", ["bias", "v"], "y")
    let kinds = try compare(b.model("y"), images(), step: 0.1)
    #expect(kinds.contains("CodeConv") && kinds.contains("CodeMatMul"))
    #expect(!kinds.contains { ["BlockedConv", "Conv", "PackedMatMul", "Add"].contains($0) })
  }

  /// As in DenseNets: each layer reads all that was computed before, through a norm of its own.
  @Test(arguments: [16, 7]) func normsOfJoinedTensors(growth: Int) throws {
    var b = network()
    conv(&b, "d", "x0", channels: (3, 16))
    var joined = "x0"
    for layer in 1...3 {
      let channels = 16 + growth * (layer - 1)
      b.batchNormalization(joined, "n\(layer)", channels: channels)
      b.node("Relu", ["n\(layer)"], "r\(layer)")
      quantize(&b, "r\(layer)", "q\(layer)", zeroPoint: 0)
      weights(&b, "w\(layer)", [growth, channels, 1, 1], axis: 0)
      b.node("Conv", ["q\(layer)", "w\(layer)"], "x\(layer)")
      b.node("Concat", [joined, "x\(layer)"], "c\(layer)", attributes: ["axis": .int(1)])
      joined = "c\(layer)"
    }
    b.batchNormalization(joined, "n", channels: 16 + 3 * growth)
    quantize(&b, "n", "last")
    b.node("GlobalAveragePool", ["last"], "g")
    quantize(&b, "g", "y0", scale: Self.step / 4)
    b.node("Identity", ["y0"], "y")
    let kinds = try compare(b.model("y"), images())
    #expect(kinds.count { $0 == "ScaleToCodes" } == 4)
    #expect(!kinds.contains("ScaleShift"))
    // Channels in whole blocks need not be joined.
    #expect(kinds.contains("BlockedConcat") == (growth % 16 != 0))
  }

  /// What is quantized behind a Concat is computed on codes before it.
  @Test(arguments: [nil, "Relu"]) func quantizersBehindConcats(activation: String?) throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 20))
    b.node("MaxPool", ["a"], "m", attributes: ["kernel_shape": .ints([1, 1])])
    b.node("AveragePool", ["m"], "p", attributes: ["kernel_shape": .ints([3, 3])])
    weights(&b, "w", [7, 20, 3, 3], axis: 0)
    b.node("Conv", ["a", "w"], "e")
    b.node("Concat", ["p", "e"], "c", attributes: ["axis": .int(1)])
    if let activation { b.node(activation, ["c"], "r") }
    quantize(&b, activation == nil ? "c" : "r", "z", scale: 1.125 * Self.step, zeroPoint: 110)
    try expectCodes(b)
  }

  @Test func shufflesOfChannels() throws {
    var b = network()
    conv(&b, "d", "a", channels: (3, 24))
    b.integers("split", [0, 3, 8, 9, 7])
    b.integers("whole", [0, 24, 9, 7])
    b.node("Reshape", ["a", "split"], "r")
    quantize(&b, "r", "r1")
    b.node("Transpose", ["r1"], "t", attributes: ["perm": .ints([0, 2, 1, 3, 4])])
    quantize(&b, "t", "t1")
    b.node("Reshape", ["t1", "whole"], "s")
    quantize(&b, "s", "s1")
    conv(&b, "s1", "z", channels: (24, 24), group: 24)
    b.node("Identity", ["z"], "y")
    let kinds = try compare(b.model("y"), images())
    #expect(kinds.contains("ChannelShuffle") && !kinds.contains("Transpose"))
    #expect(!kinds.contains("UnblockCodes"))
  }
}
