import CKernels
import CalibrantONNXFormat
import Testing

@testable import CalibrantEngine

/// NaN comes out where ONNX Runtime 1.32 and the ONNX reference let it come out, fused or not.
struct NonFiniteTests {
  private static let x: [Float] = [1, .nan, .infinity, -1, 2, -.infinity, 0.5]

  /// Operators and what ONNX Runtime makes of `x`.
  private static let expected: [(opType: String, opset: Int, y: [Float])] = [
    ("Relu", 14, [1, .nan, .infinity, 0, 2, 0, 0.5]),
    ("HardSigmoid", 13, [0.7, .nan, 1, 0.3, 0.9, 0, 0.6]),
    ("HardSwish", 14, [2 / 3, .nan, .infinity, -1 / 3, 5 / 3, .nan, 0.291_666_67]),
    ("LeakyRelu", 13, [1, .nan, .infinity, -0.01, 2, -.infinity, 0.5]),
    ("Elu", 13, [1, .nan, .infinity, -0.632_120_55, 2, -1, 0.5]),
    ("Celu", 13, [1, .nan, .infinity, -0.632_120_55, 2, -1, 0.5]),
    ("Sigmoid", 13, [0.731_058_6, .nan, 1, 0.268_941_43, 0.880_797_1, 0, 0.622_459_3]),
    ("Softplus", 13, [1.313_261_7, .nan, .infinity, 0.313_261_7, 2.126_928, 0, 0.974_077]),
    ("Sign", 13, [1, .nan, 1, -1, 1, -1, 1]),
    ("ThresholdedRelu", 13, [0, 0, .infinity, 0, 2, 0, 0]),
  ]

  private static func agree(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) || abs($0 - $1) < 1e-6 }
  }

  @Test(arguments: expected.indices) func activations(_ index: Int) throws {
    let (opType, opset, y) = Self.expected[index]
    let result = try OperatorRunner.run(opType, opset: opset, inputs: [Tensor(Self.x, shape: [7])])
    #expect(Self.agree(result[0].array(of: Float.self), y), "\(opType)")
  }

  @Test func clip() throws {
    let result = try OperatorRunner.run(
      "Clip", opset: 13,
      inputs: [Tensor(Self.x, shape: [7]), Tensor(scalar: Float(0)), Tensor(scalar: Float(6))])
    #expect(Self.agree(result[0].array(of: Float.self), [1, .nan, 6, 0, 2, 0, 0.5]))
  }

  /// NaN is above all other values: first among the largest, last among the smallest.
  private static let firstThree: [(Int, [Float], [Int64])] = [
    (1, [.nan, .infinity, 2], [1, 2, 4]), (0, [-.infinity, -1, 0.5], [5, 3, 6]),
  ]

  @Test(arguments: firstThree)
  func topK(_ largest: Int, _ values: [Float], _ indices: [Int64]) throws {
    let result = try OperatorRunner.run(
      "TopK", opset: 13, ["largest": .int(largest)],
      inputs: [Tensor(Self.x, shape: [7]), Tensor([Int64(3)], shape: [1])], outputs: 2)
    #expect(Self.agree(result[0].array(of: Float.self), values))
    #expect(result[1].array(of: Int64.self) == indices)
  }

  /// Elements, and where the largest and the smallest of them is.
  private static let places: [([Float], [Int64])] = [
    ([1, .nan, 3], [1, 1]), ([1, 3, .nan], [2, 2]), ([.nan, 3, .nan], [0, 0]),
    ([1, 3, 2], [1, 0]),
  ]

  /// As NumPy, and so the ONNX reference, has it; ONNX Runtime's answer depends on where the NaN stands.
  @Test(arguments: places)
  func extremes(_ x: [Float], _ places: [Int64]) throws {
    let input = Tensor(x, shape: [3])
    for (opType, place) in zip(["ArgMax", "ArgMin"], places) {
      let result = try OperatorRunner.run(opType, opset: 13, inputs: [input])
      #expect(result[0].array(of: Int64.self) == [place])
    }
    for opType in ["ReduceMax", "ReduceMin"] where x.contains(where: { $0.isNaN }) {
      let result = try OperatorRunner.run(opType, opset: 13, inputs: [input])
      #expect(result[0].array(of: Float.self)[0].isNaN)
    }
    let hardmax = try OperatorRunner.run("Hardmax", opset: 13, inputs: [input])
    #expect(hardmax[0].array(of: Float.self).firstIndex(of: 1).map(Int64.init) == places[0])
  }

  /// A 4 × 4 plane with NaN in two of the four windows, by the sweep, place by place, and blocked.
  @Test func maxPools() throws {
    var plane = (0..<16).map { Float($0) }
    (plane[1], plane[15]) = (.nan, .nan)
    let x = Tensor(plane, shape: [1, 1, 4, 4])
    let window: [String: AttributeValue] = [
      "kernel_shape": .ints([2, 2]), "strides": .ints([2, 2]),
    ]
    for outputs in [1, 2] {
      let y = try OperatorRunner.run("MaxPool", opset: 12, window, inputs: [x], outputs: outputs)
      #expect(Self.agree(y[0].array(of: Float.self), [.nan, 7, 13, .nan]))
    }
    let whole = try OperatorRunner.run("GlobalMaxPool", opset: 12, inputs: [x])
    #expect(whole[0].array(of: Float.self)[0].isNaN)
  }

  @Test(arguments: BlockLoops.available) func blockedMaxPool(loops: BlockLoops) {
    // Blocks are 64-byte aligned.
    let (input, output) = (Scratch(), Scratch())
    let (x, y) = (input.floats(16 * 16), output.floats(4 * 16))
    for i in 0..<16 * 16 { x[i] = Float(i) }
    x[16 + 3] = .nan  // pixel 1, lane 3
    var window = CKWindow()
    (window.height, window.width, window.outHeight, window.outWidth) = (4, 4, 2, 2)
    (window.kernelHeight, window.kernelWidth, window.strideY, window.strideX) = (2, 2, 2, 2)
    (window.dilationY, window.dilationX) = (1, 1)
    loops.table.pointee.maxPool(&window, x, y)
    #expect((0..<4 * 16).filter { y[$0].isNaN } == [3])
    #expect(y[0] == x[5 * 16] && y[3 * 16 + 15] == x[15 * 16 + 15])
  }

  /// NaN passes the clamp of every instruction set; its code, where codes are asked for, is the lowest, as in ONNX Runtime.
  @Test(arguments: BlockLoops.available) func epilogue(loops: BlockLoops) {
    for count in [7, 16, 23] {
      let x = (0..<count).map { Self.x[$0 % 7] }
      var y = [Float](repeating: 9, count: count)
      var epilogue = CKEpilogue()
      (epilogue.clamps, epilogue.low, epilogue.high) = (1, 0, 6)
      loops.table.pointee.finish(x, Int64(count), &y, &epilogue)
      let clipped: [Float] = [1, .nan, 6, 0, 2, 0, 0.5]
      #expect(Self.agree(y, (0..<count).map { clipped[$0 % 7] }))
      (epilogue.quantizes, epilogue.scale, epilogue.lowCode, epilogue.highCode) = (1, 0.5, -3, 250)
      loops.table.pointee.finish(x, Int64(count), &y, &epilogue)
      let rounded: [Float] = [1, -1.5, 6, 0, 2, 0, 0.5]
      #expect(Self.agree(y, (0..<count).map { rounded[$0 % 7] }))
    }
  }

  /// A clamp keeps what it always made of zeros: −0 becomes the bound 0.
  @Test(arguments: BlockLoops.available) func negativeZero(loops: BlockLoops) {
    let x = [Float](repeating: -0.0, count: 16)
    var y = x
    var epilogue = CKEpilogue()
    (epilogue.clamps, epilogue.low, epilogue.high) = (1, 0, .infinity)
    loops.table.pointee.finish(x, 16, &y, &epilogue)
    #expect(y.allSatisfy { $0.sign == .plus })
  }

  /// 0/0 inside a network reaches its outputs, whatever is fused.
  @Test(arguments: ["Conv", "Add", "BatchNormalization", "Gemm"]) func fused(before: String) throws
  {
    var b = GraphBuilder(input: [nil, 3, 6, 6])
    b.node("Div", ["x", "x"], "d")
    switch before {
    case "Conv": b.conv("d", "s")
    case "Add": b.node("Add", ["d", "x"], "s")
    case "BatchNormalization": b.batchNormalization("d", "s")
    default:
      b.node("Flatten", ["d"], "f")
      b.weights("w", [108, 4])
      b.node("Gemm", ["f", "w"], "s")
    }
    b.node("Relu", ["s"], "y")
    var image = (0..<108).map { Float($0 % 5) + 1 }
    image[40] = 0
    for optimizing in [true, false] {
      let program = try Program(b.model("y"), optimizing: optimizing)
      let y = try floats(program, [Tensor(image, shape: [1, 3, 6, 6])])[0]
      #expect(y.contains { $0.isNaN }, "optimizing: \(optimizing)")
    }
  }
}
