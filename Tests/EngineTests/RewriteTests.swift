import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantEngine

/// Every rewrite leaves the outputs what they were, and does what it is there for.
@Suite struct RewriteTests {
  /// The operators left after all rewrites, conversions between layouts apart, having checked that the outputs are
  /// those of the graph as written.
  static func rewritten(
    _ model: Model, tolerance: Float = 2e-5, observing: [String] = [],
    _ location: SourceLocation = #_sourceLocation
  ) throws -> [String] {
    let program = try Program(model, observing: observing)
    let plain = try floats(try Program(model, optimizing: false), [images(2)])
    let fast = try floats(program, [images(2)])
    try #require(plain.map(\.count) == fast.map(\.count), sourceLocation: location)
    for (a, b) in zip(plain, fast) {
      #expect(Set(a).count > 3, "an output of few values shows little", sourceLocation: location)
      #expect(largestDifference(a, b) <= tolerance, sourceLocation: location)
    }
    let layouts = ["BlockChannels", "UnblockChannels"]
    return program.graph.nodes.map(\.opType).filter { !layouts.contains($0) }
  }

  @Test func convolutionNormalizationAndRelu() throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.batchNormalization("c", "n")
    b.node("Relu", ["n"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["BlockedConv"])
  }

  @Test func productBiasAndRelu() throws {
    var b = GraphBuilder()
    b.weights("w", [6, 5])
    b.weights("bias", [5])
    b.node("MatMul", ["x", "w"], "product")
    b.node("Add", ["bias", "product"], "sum")
    b.node("Relu", ["sum"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["PackedMatMul"])
    #expect(
      try Self.rewritten(b.model("y"), observing: ["product"]) == ["PackedMatMul", "Add"])
  }

  /// What is added is no bias of N values.
  @Test(arguments: [[6, 1], [1], [3, 1, 5], [2, 1, 1, 5]])
  func productsAndOtherSumsStay(dims: [Int]) throws {
    var b = GraphBuilder()
    b.weights("w", [6, 5])
    b.weights("c", dims)
    b.node("MatMul", ["x", "w"], "product")
    b.node("Add", ["product", "c"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["PackedMatMul", "Add"])
  }

  /// As the exporter of TorchScript spells it.
  @Test func geluOfItsParts() throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.constant("root", [1.4142135], [])
    b.constant("one", [1], [])
    b.constant("half", [0.5], [])
    b.node("Div", ["c", "root"], "scaled")
    b.node("Erf", ["scaled"], "erf")
    b.node("Add", ["erf", "one"], "plus")
    b.node("Mul", ["c", "plus"], "product")
    b.node("Mul", ["product", "half"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["BlockedConv", "Gelu"])
    #expect(try Self.rewritten(b.model("y"), observing: ["product"]).contains("Erf"))
    #expect(try Self.rewritten(b.model("y", "scaled")).contains("Erf"))
  }

  /// As the newer exporter does.
  @Test func geluOfHalves() throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.constant("root", [0.70710677], [])
    b.constant("one", [1], [])
    b.constant("half", [0.5], [])
    b.node("Mul", ["c", "half"], "halved")
    b.node("Mul", ["c", "root"], "scaled")
    b.node("Erf", ["scaled"], "erf")
    b.node("Add", ["erf", "one"], "plus")
    b.node("Mul", ["halved", "plus"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["BlockedConv", "Gelu"])
  }

  @Test func anErrorFunctionAloneStays() throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.constant("root", [1.4142135], [])
    b.constant("one", [1], [])
    b.constant("third", [0.3], [])
    b.node("Div", ["c", "root"], "scaled")
    b.node("Erf", ["scaled"], "erf")
    b.node("Add", ["erf", "one"], "plus")
    b.node("Mul", ["c", "plus"], "product")
    b.node("Mul", ["product", "third"], "y")
    #expect(try Self.rewritten(b.model("y")).contains("Erf"))
  }

  @Test func normalizationWithoutABias() throws {
    var b = GraphBuilder()
    b.weights("w", [3, 3, 1, 1])
    b.node("Conv", ["x", "w"], "c")
    b.batchNormalization("c", "y")
    #expect(try Self.rewritten(b.model("y")) == ["BlockedConv"])
  }

  @Test func normalizationOfAValueWithAnotherReaderStays() throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.batchNormalization("c", "n")
    b.node("Mul", ["c", "n"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["BlockedConv", "ScaleShift", "Mul"])
  }

  @Test func aConvolutionThatIsAnOutputStays() throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.batchNormalization("c", "n")
    b.node("Relu", ["n"], "y")
    #expect(try Self.rewritten(b.model("c", "y")) == ["BlockedConv", "ScaleShift"])
  }

  /// As exporters write "same" padding of strided layers.
  @Test func aPadBeforeAConvolution() throws {
    var b = GraphBuilder()
    b.integers("pads", [0, 0, 0, 1, 0, 0, 2, 1])
    b.weights("w", [3, 3, 2, 3])
    b.node("Pad", ["x", "pads"], "padded")
    b.node("Conv", ["padded", "w"], "y", attributes: ["pads": .ints([1, 0, 0, 1])])
    #expect(try Self.rewritten(b.model("y")) == ["BlockedConv"])
    #expect(try Self.rewritten(b.model("y"), observing: ["padded"]) == ["Pad", "BlockedConv"])
  }

  /// Zeros stay zeros through what stands between, and a value that is rounded twice is rounded once.
  @Test func aPadOfWhatIsRoundedBeforeAConvolution() throws {
    var b = GraphBuilder()
    b.integers("pads", [0, 0, 1, 1, 0, 0, 1, 1])
    b.weights("w", [3, 3, 3, 3])
    b.quantize("x", "codes")
    b.dequantize("codes", "rounded")
    b.node("Pad", ["rounded", "pads"], "padded")
    b.quantize("padded", "more")
    b.dequantize("more", "again")
    b.node("Conv", ["again", "w"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["QuantizeDequantize", "BlockedConv"])
  }

  @Test(arguments: [1, -1])
  func aPadThatNoConvolutionCanMakeStays(value: Float) throws {
    var b = GraphBuilder()
    b.integers("pads", [0, 0, 1, 1, 0, 0, 1, 1])
    b.constant("value", [value], [])
    b.weights("w", [3, 3, 3, 3])
    b.node("Pad", ["x", "pads", "value"], "padded")
    b.node("Conv", ["padded", "w"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["Pad", "BlockedConv"])
  }

  @Test(arguments: [[0, 1, 0, 0, 0, -1, 0, 0], [0, 0, -1, 0, 0, 0, 0, 0]] as [[Int64]])
  func aPadOfChannelsOrACropStays(pads: [Int64]) throws {
    var b = GraphBuilder()
    b.integers("pads", pads)
    b.weights("w", [3, 3, 3, 3])
    b.node("Pad", ["x", "pads"], "padded")
    b.node("Conv", ["padded", "w"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["Pad", "BlockedConv"])
  }

  @Test func twoNormalizationsInARow() throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.batchNormalization("c", "n")
    b.batchNormalization("n", "y")
    let operators = try Self.rewritten(b.model("y"))
    #expect(operators == ["BlockedConv", "ScaleShift"])
  }

  @Test func oneWeightOfTwoConvolutions() throws {
    var b = GraphBuilder()
    b.weights("w", [3, 3, 1, 1])
    b.node("Conv", ["x", "w"], "c1")
    b.node("Conv", ["x", "w"], "c2")
    b.batchNormalization("c1", "n1")
    b.node("Add", ["n1", "c2"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["BlockedConv", "BlockedConv"])
  }

  @Test func convolutionAndClip() throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.constant("low", [-0.25], [])
    b.constant("high", [0.5], [])
    b.node("Clip", ["c", "low", "high"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["BlockedConv"])
  }

  @Test func clipBoundsAsAttributes() throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.node("Clip", ["c"], "y", attributes: ["min": .float(0), "max": .float(0.7)])
    #expect(try Self.rewritten(b.model("y", opset: 9)) == ["BlockedConv"])
  }

  @Test func clipBetweenComputedBoundsStays() throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.node("ReduceMean", ["x"], "low", attributes: ["keepdims": .int(0)])
    b.node("Clip", ["c", "low"], "y")
    #expect(try Self.rewritten(b.model("y")).contains("Clip"))
  }

  @Test func additionAndRelu() throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.node("Add", ["c", "x"], "s")
    b.node("Relu", ["s"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["BlockedConv", "Add"])
  }

  @Test func reluOfAValueReadTwiceStays() throws {
    var b = GraphBuilder()
    b.node("Add", ["x", "x"], "s")
    b.node("Relu", ["s"], "r")
    b.node("Sub", ["s", "r"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["Add", "Relu", "Sub"])
  }

  @Test func onlyTheFirstOfTwoActivationsIsFused() throws {
    var b = GraphBuilder()
    b.constant("high", [0.3], [])
    b.conv("x", "c")
    b.node("Relu", ["c"], "r")
    b.node("Clip", ["r", "", "high"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["BlockedConv", "Clip"])
  }

  @Test func chainsOfIdentities() throws {
    var b = GraphBuilder()
    b.node("Identity", ["x"], "a")
    b.node("Dropout", ["a"], "b", "")
    b.node("Identity", ["b"], "c")
    b.node("Sigmoid", ["c"], "d")
    b.node("Dropout", ["d"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["Sigmoid", "Dropout"])
  }

  @Test func aDropoutWhoseMaskIsReadStays() throws {
    var b = GraphBuilder()
    b.node("Dropout", ["x"], "d", "mask")
    b.node("Cast", ["mask"], "m", attributes: ["to": .int(1)])
    b.node("Add", ["d", "m"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["Dropout", "Cast", "Add"])
  }

  @Test func aDropoutInTrainingIsRefused() throws {
    var b = GraphBuilder()
    b.constant("ratio", [0.5], [])
    b.initializers.append(
      ModelTensor(name: "training", elementType: .bool, dims: [], values: [UInt8(1)]))
    b.node("Dropout", ["x", "ratio", "training"], "d")
    b.node("Sigmoid", ["d"], "y")
    for optimizing in [true, false] {
      let program = try Program(b.model("y"), optimizing: optimizing)
      #expect(throws: GraphError.self) { try floats(program, [images(1)]) }
    }
  }

  @Test func quantizationAndItsInverse() throws {
    var b = GraphBuilder()
    b.quantize("x", "q")
    b.dequantize("q", "d")
    b.node("Sigmoid", ["d"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["QuantizeDequantize", "Sigmoid"])
  }

  @Test func oneQuantizationWithTwoInverses() throws {
    var b = GraphBuilder()
    b.quantize("x", "q")
    b.dequantize("q", "d1")
    b.dequantize("q", "d2")
    b.node("Mul", ["d1", "d2"], "y")
    #expect(
      try Self.rewritten(b.model("y")) == ["QuantizeDequantize", "QuantizeDequantize", "Mul"])
  }

  @Test(arguments: [(Float(0.03), UInt8(128)), (0.02, 120)])
  func quantizationUndoneWithOtherParametersStays(scale: Float, zeroPoint: UInt8) throws {
    var b = GraphBuilder()
    b.quantize("x", "q")
    b.dequantize("q", "y", scale: scale, zeroPoint: zeroPoint)
    #expect(try Self.rewritten(b.model("y")) == ["QuantizeLinear", "DequantizeLinear"])
  }

  @Test func constantsAreComputedOnce() throws {
    var b = GraphBuilder()
    b.weights("v", [3, 1, 1])
    b.node("Sqrt", ["x"], "unused")
    b.node("Abs", ["v"], "a")
    b.node("Sqrt", ["a"], "r")
    b.node("Mul", ["x", "r"], "y")
    #expect(try Self.rewritten(b.model("y")) == ["Mul"])
  }

  @Test(arguments: ["c", "n", "y"]) func anObservedValueIsTheModelsOwn(name: String) throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.batchNormalization("c", "n")
    b.node("Relu", ["n"], "r")
    b.node("Identity", ["r"], "i")
    b.node("Add", ["i", "x"], "y")
    _ = try Self.rewritten(b.model("y"), tolerance: 5e-5, observing: [name])
    var session = Session(try Program(b.model("y"), observing: [name]))
    var seen: [[Float]] = []
    _ = try session.run([images(2)]) { _, values in seen.append(Array(values.floats)) }
    let expected = try floats(try Program(b.model(name), optimizing: false), [images(2)])
    try #require(seen.count == 1)
    #expect(largestDifference(seen[0], expected[0]) <= 5e-5)
  }
}
