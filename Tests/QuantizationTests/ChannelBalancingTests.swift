import CalibrantEngine
import CalibrantONNXFormat
import Testing

@testable import CalibrantQuantization

/// Balanced channels have like ranges, and the float model computes what it did.
@Suite struct ChannelBalancingTests {
  /// Factors that channels of noise networks differ by, so that there is something to balance.
  private static func spread(_ count: Int) -> [Float] {
    (0..<count).map { [1, 0.05, 3, 0.2][$0 % 4] }
  }

  /// Weights whose output channels differ in size.
  private static func uneven(_ b: inout ModelBuilder, _ name: String, _ dims: [Int]) {
    b.weights(name, dims)
    let tensor = b.initializers.removeLast()
    let values = Samples.bell(seed: 41, count: dims.reduce(1, *))
    let each = values.count / dims[0]
    b.constant(
      tensor.name, values.enumerated().map { 0.3 * $1 * spread(dims[0])[$0 / each] }, dims)
  }

  /// A spelled HardSwish before a depthwise layer with a bias, SiLU, squeeze-and-excite, and a Relu.
  private static func gated() -> Model {
    var b = ModelBuilder()
    uneven(&b, "w1", [8, 3, 3, 3])
    b.weights("b1", [8])
    b.node("Conv", ["image", "w1", "b1"], "c1", ["pads": .ints([1, 1, 1, 1])])
    for (name, value) in [("three", 3), ("zero", 0), ("six", 6)] as [(String, Float)] {
      b.constant(name, [value], [])
    }
    b.node("Add", ["c1", "three"], "shifted")
    b.node("Clip", ["shifted", "zero", "six"], "clipped")
    b.node("Mul", ["c1", "clipped"], "gated")
    b.node("Div", ["gated", "six"], "hardSwish")
    b.weights("w2", [8, 1, 3, 3])
    b.weights("b2", [8])
    b.node(
      "Conv", ["hardSwish", "w2", "b2"], "c2", ["pads": .ints([1, 1, 1, 1]), "group": .int(8)])
    b.node("Sigmoid", ["c2"], "s2")
    b.node("Mul", ["c2", "s2"], "silu")
    uneven(&b, "w3", [8, 8, 1, 1])
    b.node("Conv", ["silu", "w3"], "c3")
    b.node("GlobalAveragePool", ["c3"], "pooled")
    uneven(&b, "w4", [8, 8, 1, 1])
    b.weights("b4", [8])
    b.node("Conv", ["pooled", "w4", "b4"], "squeezed")
    b.node("Relu", ["squeezed"], "relu")
    b.weights("w5", [8, 8, 1, 1])
    b.node("Conv", ["relu", "w5"], "excited")
    b.node("HardSigmoid", ["excited"], "gate")
    b.node("Mul", ["c3", "gate"], "product")
    b.weights("w6", [5, 8, 1, 1])
    b.node("Conv", ["product", "w6"], "c6")
    b.node("GlobalAveragePool", ["c6"], "gap")
    b.node("Flatten", ["gap"], "logits")
    return b.model(opset: 13)
  }

  /// Layer norm as an operator and spelled out, each before a MatMul.
  private static func normalized() -> Model {
    var b = ModelBuilder()
    uneven(&b, "w1", [8, 3, 1, 1])
    b.node("Conv", ["image", "w1"], "c1")
    b.integers("tokens", [0, 8, -1])
    b.node("Reshape", ["c1", "tokens"], "r1")
    b.node("Transpose", ["r1"], "t1", ["perm": .ints([0, 2, 1])])
    b.constant("gamma", spread(8), [8])
    b.weights("beta", [8])
    b.node("LayerNormalization", ["t1", "gamma", "beta"], "n1", ["axis": .int(-1)])
    b.weights("q", [8, 8])
    b.weights("k", [8, 8])
    b.node("MatMul", ["n1", "q"], "mq")
    b.node("MatMul", ["n1", "k"], "mk")
    b.node("Add", ["mq", "mk"], "sum")
    b.node("ReduceMean", ["sum"], "mean", ["axes": .ints([-1])])
    b.node("Sub", ["sum", "mean"], "centred")
    b.node("Mul", ["centred", "centred"], "squares")
    b.node("ReduceMean", ["squares"], "variance", ["axes": .ints([-1])])
    b.node("Sqrt", ["variance"], "deviation")
    b.node("Div", ["centred", "deviation"], "ratio")
    b.constant("gamma2", spread(8), [8])
    b.weights("beta2", [8])
    b.node("Mul", ["ratio", "gamma2"], "scaled")
    b.node("Add", ["scaled", "beta2"], "n2")
    b.weights("v", [8, 5])
    b.node("MatMul", ["n2", "v"], "mv")
    b.node("ReduceMean", ["mv"], "logits", ["axes": .ints([1]), "keepdims": .int(0)])
    return b.model(opset: 17)
  }

  private static func observed(
    _ balancing: ChannelBalancing, _ model: Model
  ) throws -> [ChannelFacts] {
    var facts = balancing.points.map { _ in ChannelFacts() }
    var session = Session(try Program(model, observing: balancing.points.map(\.value)))
    _ = try session.run([SmallModels.images]) { index, values in
      facts[index].observe(values, of: balancing.points[index])
    }
    return facts
  }

  private static func balanced(
    _ model: Model, _ reach: ChannelBalancing.Reach
  ) throws -> BalancedModel {
    let balancing = try ChannelBalancing(model)
    return try #require(
      try balancing.balanced(by: observed(balancing, model), bits: 8, reach))
  }

  private static func products(_ model: Model) -> Int {
    model.graph.nodes.count { $0.opType == "Mul" }
  }

  @Test func theFloatModelComputesWhatItDid() throws {
    for model in [Self.gated(), Self.normalized()] {
      let before = try SmallModels.run(model)
      for reach in [ChannelBalancing.Reach.free, .all] {
        let after = try SmallModels.run(try Self.balanced(model, reach).model)
        #expect(largestDifference(before, after) < 2e-5 * (before.map(abs).max() ?? 0))
      }
    }
  }

  /// Behind SiLU a Mul is needed, and on the gate of a squeeze-and-excite; the 6 of a HardSwish, a convolution behind a Relu
  /// and a norm's parameters take factors as they are.
  @Test func constantsTakeFactorsWhereThereAreSome() throws {
    let model = Self.gated()
    let all = try Self.balanced(model, .all)
    #expect(Set(all.factors.map(\.value)).isSuperset(of: ["hardSwish", "silu", "product"]))
    #expect(all.products == 1, "x · sigmoid(x) alone has no other place")
    let gates = all.model.graph.nodes.filter { $0.inputs.first == "gate" }
    #expect(gates.map(\.opType) == ["Mul"])
    #expect(gates.first?.inputs.count == 2 && gates.first?.inputs[1] != "c3")
    #expect(Self.products(all.model) == Self.products(model) + 3, "and one on what is pooled")
    #expect(!all.model.graph.nodes.contains { $0.inputs.first == "hardSwish" })
    let six = all.model.graph.initializers.first { $0.name == "six" }
    #expect(six?.dims == [], "the Clip's limit is not the divisor's")
    let normalized = Self.normalized()
    let norms = try Self.balanced(normalized, .all)
    #expect(norms.factors.count == 2 && norms.products == 0)
    #expect(norms.model.graph.nodes.count == normalized.graph.nodes.count)
  }

  /// Runtimes compute convolution, ReLU6 and requantization in one, which a Mul between would end.
  @Test func noProductGoesWhereCodesAre() throws {
    var b = ModelBuilder()
    Self.uneven(&b, "w1", [8, 3, 1, 1])
    b.node("Conv", ["image", "w1"], "c1")
    b.constant("zero", [0], [])
    b.constant("six", [6], [])
    b.node("Clip", ["c1", "zero", "six"], "r1")
    b.weights("w2", [5, 8, 1, 1])
    b.node("Conv", ["r1", "w2"], "c2")
    b.node("GlobalAveragePool", ["c2"], "gap")
    b.node("Flatten", ["gap"], "logits")
    #expect(try ChannelBalancing(b.model()).points.isEmpty)
  }

  /// A range of channels that are alike is what quantization wants.
  @Test func channelsBecomeAlike() throws {
    func spread(_ model: Model, _ values: [String]) throws -> Double {
      let balancing = try ChannelBalancing(model)
      let index = try #require(balancing.points.firstIndex { values.contains($0.value) })
      let reach = try Self.observed(balancing, model)[index].reach
      return (reach.max() ?? 0) / (reach.min() ?? 1)
    }
    let model = Self.gated()
    let after = try Self.balanced(model, .all).model
    let before = try spread(model, ["hardSwish"])
    #expect(try spread(after, ["hardSwish_balanced"]) < before / 4)
  }

  /// Weights of balanced layers are no roundings of the original's: held against these, errors would be numbers of nothing.
  @Test func aFileIsTakenApartAgainstItsOwnModelAlone() throws {
    let model = Self.gated()
    let balanced = try Self.balanced(model, .all).model
    func file(_ model: Model) throws -> Model {
      try Quantizer(scheme: Scheme(weights: WeightScheme(bits: 8))).quantize(model).model
    }
    let layers = try QuantizedLayerMap(float: balanced, quantized: file(balanced)).layers
    #expect(layers.count == 6)
    #expect(try QuantizedLayerMap(float: model, quantized: file(model)).layers.count == 6)
    for (float, other) in [(model, balanced), (balanced, model)] {
      do {
        _ = try QuantizedLayerMap(float: float, quantized: file(other))
        Issue.record("A file of another model is taken apart.")
      } catch QuantizationError.balancedChannels {}
    }
  }

  /// A depthwise 1 × 1 layer of weights 1 reads channels that reach 1, 1, 1 and 8, each in one of four values. Its weights'
  /// noise is Σ p / 127² for any factors, p = ¾ + 16. The activation's is (8/255)² · 4 without factors and, with
  /// s = (1, 1, 1, 8), (1/255)² · 67: no exponent below 1 gets there (72.5 at ¾).
  @Test func factorsMinimizeTheNoise() throws {
    var b = ModelBuilder()
    b.node("Sigmoid", ["image"], "x")
    b.constant("w", [1, 1, 1, 1], [4, 1, 1, 1])
    b.node("Conv", ["x", "w"], "logits", ["group": .int(4)])
    let model = b.model(input: [4, 2, 2])
    let balancing = try ChannelBalancing(model)
    let point = try #require(balancing.points.first)
    #expect(balancing.points.count == 1 && point.channels == 4 && point.trailing == 2)
    let values = Tensor(
      [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 8] as [Float], shape: [1, 4, 2, 2])
    var facts = ChannelFacts()
    values.withView { facts.observe($0, of: point) }
    #expect(facts.lowest == [0, 0, 0, 0] && facts.highest == [1, 1, 1, 8])
    #expect(facts.power == [0.25, 0.25, 0.25, 16])
    var same = ChannelFacts()
    same.merge(facts)
    same.merge(facts)
    #expect(same.power == facts.power && same.reach == [1, 1, 1, 8])
    let plain = 64.0 * 4 / 65025 + 16.75 / 16129
    let wanted = 67.0 / 65025 + 16.75 / 16129
    let factors = try #require(
      try BalanceFactors(point, facts, bits: 8, mayTurn: true, in: Graph(model)))
    #expect(abs(factors.noise - wanted / plain) < 1e-12)
    #expect(abs(factors.values[3] / factors.values[0] - 8) < 1e-12)
    #expect(abs(factors.values.reduce(1, *) - 1) < 1e-12, "only ratios count")
  }

  /// Two depthwise layers, what stands between them, and channels of which one reaches from −8 to 1, the others from −1 to 8.
  private static func turning(_ between: String) -> Model {
    var b = ModelBuilder()
    b.weights("w1", [3, 1, 1, 1])
    b.weights("b1", [3])
    b.node("Conv", ["image", "w1", "b1"], "c1", ["group": .int(3)])
    b.node(between, ["c1"], "x", between.contains("Pool") ? ["kernel_shape": .ints([2, 2])] : [:])
    b.constant("w2", [1, 1, 1], [3, 1, 1, 1])
    b.node("Conv", ["x", "w2"], "logits", ["group": .int(3)])
    return b.model()
  }

  private static func turned(_ model: Model) throws -> BalancedModel? {
    let balancing = try ChannelBalancing(model)
    let point = try #require(balancing.points.first)
    let values = Tensor([-8, 1, 8, -1, 8, -1] as [Float], shape: [1, 3, 1, 2])
    var facts = ChannelFacts()
    values.withView { facts.observe($0, of: point) }
    return try balancing.balanced(by: [facts], bits: 8, .all)
  }

  @Test(arguments: ["Identity", "AveragePool"])
  func channelsTurnTheirLongerSideUp(_ between: String) throws {
    let model = Self.turning(between)
    let found = try #require(try Self.turned(model))
    let factors = try #require(found.factors.first?.factors)
    #expect(factors == [-1, 1, 1])
    let (before, after) = (try SmallModels.run(model), try SmallModels.run(found.model))
    #expect(before == after, "a sign costs no precision")
  }

  /// Turned, all channels share [−1, 8] in place of [−8, 8]: the noise of the activation is 81/256 of what it was, that of the
  /// weights, 65/2 · 3/127², what it was.
  @Test func turnedChannelsShareAShorterRange() throws {
    let model = Self.turning("AveragePool")
    let point = try #require(ChannelBalancing(model).points.first)
    let values = Tensor([-8, 1, 8, -1, 8, -1] as [Float], shape: [1, 3, 1, 2])
    var facts = ChannelFacts()
    values.withView { facts.observe($0, of: point) }
    let noise = try #require(
      try BalanceFactors(point, facts, bits: 8, mayTurn: true, in: Graph(model))?.noise)
    let weights = 3 * 32.5 / 16129
    #expect(abs(noise - (3 * 81 / 65025 + weights) / (3 * 256 / 65025 + weights)) < 1e-12)
  }

  /// What tells positive values from others would make something else of turned channels.
  @Test(arguments: ["Relu", "LeakyRelu", "MaxPool"])
  func nothingTurnsThroughWhatKnowsSigns(_ between: String) throws {
    let found = try Self.turned(Self.turning(between))
    #expect(found?.factors.first?.factors.allSatisfy { $0 > 0 } ?? true)
  }

  /// What another node reads besides layers keeps its channels, and so does what the caller gets.
  @Test func othersReadWhatTheyDid() throws {
    let points = try ChannelBalancing(SmallModels.mixed()).points.map(\.value)
    #expect(!points.contains("r1") && !points.contains("pool"))
    let inner = try ChannelBalancing(Self.gated()).points.map(\.value)
    #expect(inner == ["hardSwish", "silu", "pooled", "relu", "product"])
  }
}
