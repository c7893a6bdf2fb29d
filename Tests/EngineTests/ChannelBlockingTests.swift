import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantEngine

/// What happens to the layout between convolutions; outputs are compared with the graph as written.
@Suite struct ChannelBlockingTests {
  private func rewritten(_ model: Model, tolerance: Float = 1e-4) throws -> [String] {
    try RewriteTests.rewritten(model, tolerance: tolerance)
  }

  @Test func aResidualIsAddedByTheConvolution() throws {
    var b = GraphBuilder()
    b.conv("x", "a", channels: (3, 20))
    b.node("Relu", ["a"], "r")
    b.conv("r", "c", channels: (20, 20))
    b.node("Add", ["r", "c"], "s")
    b.node("Relu", ["s"], "y")
    #expect(try rewritten(b.model("y")) == ["BlockedConv", "BlockedConv"])
  }

  @Test func theLaterOfTwoConvolutionsAddsTheEarlier() throws {
    var b = GraphBuilder()
    b.conv("x", "a", channels: (3, 16))
    b.conv("x", "c", channels: (3, 16))
    b.node("Add", ["c", "a"], "y")
    #expect(try rewritten(b.model("y")) == ["BlockedConv", "BlockedConv"])
  }

  @Test func aResidualThatBroadcastsInEitherDirection() throws {
    for pooledFirst in [true, false] {
      var b = GraphBuilder()
      b.conv("x", "a", channels: (3, 18))
      b.node("GlobalAveragePool", ["x"], "p")
      b.weights("w", [18, 3, 1, 1])
      b.node("Conv", ["p", "w"], "g")
      b.node("Add", pooledFirst ? ["g", "a"] : ["a", "g"], "s")
      b.node("Relu", ["s"], "y")
      #expect(try rewritten(b.model("y")).filter { $0 == "Add" }.isEmpty)
    }
  }

  /// Blocks have room for channels that are not there.
  @Test(arguments: [1, 6, 9]) func anInputOfOtherChannelsIsRefused(_ channels: Int) throws {
    var b = GraphBuilder(input: [nil, channels, 6, 6])
    b.conv("x", "y", channels: (8, 4))
    for optimizing in [true, false] {
      let program = try Program(b.model("y"), optimizing: optimizing)
      #expect(throws: GraphError.self) { try floats(program, [images(2, [channels, 6, 6])]) }
    }
  }

  @Test func aConvolutionAddedToItselfIsNoResidual() throws {
    var b = GraphBuilder()
    b.conv("x", "a", channels: (3, 16))
    b.node("Add", ["a", "a"], "y")
    #expect(try rewritten(b.model("y")) == ["BlockedConv", "Add"])
  }

  @Test func elementwiseOperatorsWithScalarsAndChannels() throws {
    var b = GraphBuilder()
    b.conv("x", "a", channels: (3, 18))
    b.constant("two", [2], [1])
    b.weights("shift", [18, 1, 1])
    b.weights("scale", [1, 18, 1, 1])
    b.node("Mul", ["a", "two"], "m")
    b.node("Add", ["shift", "m"], "s")
    b.node("Div", ["s", "scale"], "d")
    b.node("HardSwish", ["d"], "h")
    b.conv("h", "y", channels: (18, 5))
    let operators = try rewritten(b.model("y", opset: 14), tolerance: 1e-2)
    #expect(operators == ["BlockedConv", "Mul", "Add", "Div", "HardSwish", "BlockedConv"])
  }

  @Test func squeezeAndExcitation() throws {
    var b = GraphBuilder()
    b.conv("x", "a", channels: (3, 24))
    b.node("GlobalAveragePool", ["a"], "p")
    b.weights("w", [24, 24, 1, 1])
    b.node("Conv", ["p", "w"], "g")
    b.node("Sigmoid", ["g"], "gate")
    b.node("Mul", ["a", "gate"], "y")
    #expect(
      try rewritten(b.model("y")) == [
        "BlockedConv", "BlockedGlobalAveragePool", "BlockedConv", "Sigmoid", "Mul",
      ])
  }

  @Test(arguments: ["MaxPool", "AveragePool"], [0, 1])
  func poolsStayBlocked(_ pool: String, ceils: Int) throws {
    var b = GraphBuilder(input: [nil, 3, 13, 12])
    b.conv("x", "a", channels: (3, 20))
    b.node(
      pool, ["a"], "y",
      attributes: [
        "kernel_shape": .ints([3, 2]), "strides": .ints([2, 3]), "pads": .ints([1, 0, 1, 1]),
        "ceil_mode": .int(ceils),
      ])
    let program = try Program(b.model("y"))
    let input = images(2, [3, 13, 12])
    let fast = try floats(program, [input])[0]
    let plain = try floats(try Program(b.model("y"), optimizing: false), [input])[0]
    #expect(program.graph.nodes.contains { $0.opType == "Blocked\(pool)" })
    #expect(largestDifference(fast, plain) <= 1e-4)
  }

  @Test func concatenationOfWholeAndBrokenBlocks() throws {
    var b = GraphBuilder()
    for (index, channels) in [16, 20, 40, 3].enumerated() {
      b.conv("x", "c\(index)", channels: (3, channels))
    }
    b.node("Concat", (0..<4).map { "c\($0)" }, "j", attributes: ["axis": .int(1)])
    b.batchNormalization("j", "n", channels: 79)
    b.node("Relu", ["n"], "y")
    #expect(
      try rewritten(b.model("y"), tolerance: 1e-3).suffix(2) == ["BlockedConcat", "ScaleShift"])
  }

  @Test func aChannelShuffle() throws {
    var b = GraphBuilder()
    b.conv("x", "a", channels: (3, 60))
    b.integers("split", [-1, 3, 20, 6, 6])
    b.integers("join", [-1, 60, 6, 6])
    b.node("Reshape", ["a", "split"], "s")
    b.node("Transpose", ["s"], "t", attributes: ["perm": .ints([0, 2, 1, 3, 4])])
    b.node("Reshape", ["t", "join"], "u")
    b.conv("u", "y", channels: (60, 7))
    #expect(
      try rewritten(b.model("y"), tolerance: 1e-3) == [
        "BlockedConv", "ChannelShuffle", "BlockedConv",
      ])
  }

  @Test func roundingIsDoneByWhoComputesTheValue() throws {
    var b = GraphBuilder()
    b.conv("x", "a", channels: (3, 16))
    b.node("Relu", ["a"], "r")
    b.quantize("r", "q", zeroPoint: 0)
    b.dequantize("q", "d", zeroPoint: 0)
    b.conv("d", "c", channels: (16, 16))
    b.quantize("c", "q2")
    b.dequantize("q2", "d2")
    b.node("Add", ["d", "d2"], "s")
    b.quantize("s", "q3")
    b.dequantize("q3", "y")
    let program = try Program(b.model("y"))
    let operators = program.graph.nodes.map(\.opType).filter { $0 != "UnblockChannels" }
    #expect(operators == ["BlockedConv", "BlockedConv", "Add"])
    let plain = try floats(try Program(b.model("y"), optimizing: false), [images(2)])[0]
    let fast = try floats(program, [images(2)])[0]
    // Sums in another order may fall on the other side of a rounding step, and seldom do.
    let apart = zip(fast, plain).filter { abs($0 - $1) > 1e-5 }.count
    #expect(apart * 100 <= fast.count)
    #expect(largestDifference(fast, plain) <= 0.021)
  }

  @Test func matricesArePackedWithTheirFactors() throws {
    var b = GraphBuilder(input: [nil, 37])
    b.weights("w", [21, 37])
    b.weights("bias", [1, 21])
    b.node(
      "Gemm", ["x", "w", "bias"], "g",
      attributes: ["transB": .int(1), "alpha": .float(0.5), "beta": .float(2)])
    b.weights("v", [21, 48])
    b.node("MatMul", ["g", "v"], "m")
    b.node("Relu", ["m"], "y")
    let program = try Program(b.model("y"))
    #expect(program.graph.nodes.map(\.opType) == ["PackedMatMul", "PackedMatMul", "Relu"])
    let input = images(19, [37])
    let fast = try floats(program, [input])[0]
    let plain = try floats(try Program(b.model("y"), optimizing: false), [input])[0]
    #expect(largestDifference(fast, plain) <= 1e-4)
  }

  @Test func channelsThatDoNotFitAreRefusedAsBefore() throws {
    var b = GraphBuilder()
    b.conv("x", "a", channels: (3, 20))
    b.conv("a", "y", channels: (24, 5))
    for optimizing in [true, false] {
      let program = try Program(b.model("y"), optimizing: optimizing)
      let error = #expect(throws: GraphError.self) { try floats(program, [images(1)]) }
      #expect("\(error!)".contains("has 20 channels"))
    }
  }

  @Test func sharedWorkChangesNothing() throws {
    var b = GraphBuilder()
    b.conv("x", "a", channels: (3, 40))
    b.node("Relu", ["a"], "r")
    b.conv("r", "c", channels: (40, 40))
    b.node("Add", ["r", "c"], "y")
    let program = try Program(b.model("y"))
    var alone = Session(program)
    var together = Session(program, threads: 3)
    for _ in 0..<20 {
      let expected = try alone.run([images(3)])[0].array(of: Float.self)
      #expect(try together.run([images(3)])[0].array(of: Float.self) == expected)
    }
  }
}
