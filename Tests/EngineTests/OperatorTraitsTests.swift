import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantEngine

/// What operators declare (`OperatorTraits`) against what they compute, on ONNX's cases of every operator.
@Suite struct OperatorTraitsTests {
  /// An operator's cases that read floats first, other than none.
  struct Subject: CustomTestStringConvertible, Sendable {
    let opType: String
    let calls: [Call]

    var testDescription: String { opType }
    var traits: OperatorTraits { OperatorRegistry.standard.traits(domain: "", opType: opType) }
  }

  /// One node and what it reads.
  struct Call: Sendable {
    var node: Node
    var operands: [Tensor?]

    var x: Tensor { operands[0]! }

    func run() throws -> [Tensor] { try OperatorRunner.run(node, operands) }

    func reading(_ x: Tensor) -> Call {
      var call = self
      call.operands[0] = x
      return call
    }

    /// Small floats in all positions that hold as many as the first.
    func reading(_ random: inout SeededRandom) -> Call {
      var call = self
      for (index, operand) in operands.enumerated() {
        guard let operand, operand.type == x.type else { continue }
        call.operands[index] = Tensor(
          random.floats(operand.count).map { $0 * 3 }, shape: operand.shape)
      }
      return call
    }
  }

  private static let subjects: [Subject] = {
    var calls: [String: [Call]] = [:]
    for testCase in ConformanceCase.committed {
      guard let node = try? testCase.loadNode(), let operands = try? testCase.operands(of: node),
        let x = operands.first ?? nil, x.dtype == .float32, x.count > 1, node.domain.isEmpty
      else { continue }
      calls[node.opType, default: []].append(Call(node: node, operands: operands))
    }
    return calls.map { Subject(opType: $0, calls: $1) }.sorted { $0.opType < $1.opType }
  }()

  private static func declaring(_ has: (OperatorTraits) -> Bool) -> [Subject] {
    subjects.filter { has($0.traits) }
  }

  // MARK: Elementwise

  @Test(arguments: subjects) func whoComputesElementwiseSaysSo(_ subject: Subject) throws {
    #expect(try subject.traits.isElementwise == subject.calls.allSatisfy(Self.isElementwise))
  }

  private static func isElementwise(_ call: Call) throws -> Bool {
    guard call.operands.dropFirst().allSatisfy({ ($0?.count ?? 1) == 1 }),
      try call.run().map(\.dtype) == [.float32]
    else { return false }
    var random = SeededRandom(seed: 3)
    return try [call.x.shape, [5, 7, 11]].allSatisfy { shape in
      let x = Tensor(random.floats(shape.elementCount).map { $0 * 3 }, shape: shape)
      return try commutes(call.reading(x), &random)
    }
  }

  /// Whether elements may be put in any order, and under any shape, before the operator as well as behind it.
  private static func commutes(_ call: Call, _ random: inout SeededRandom) throws -> Bool {
    guard let plain = try? call.run()[0], plain.type == call.x.type else { return false }
    let (values, bits) = (
      call.x.array(of: Float.self), plain.array(of: Float.self).map(\.bitPattern)
    )
    let count = bits.count
    for order in [Array((0..<count).reversed()), (0..<count).shuffled(using: &random)] {
      for shape in [call.x.shape, [1, 1, 1, 1, count], [count, 1, 1, 1, 1]] as [Shape] {
        let moved = call.reading(Tensor(order.map { values[$0] }, shape: shape))
        guard let result = try? moved.run()[0], result.shape == shape,
          result.array(of: Float.self).map(\.bitPattern) == order.map({ bits[$0] })
        else { return false }
      }
    }
    return true
  }

  /// Between convolutions they compute on blocked tensors, to the same bits.
  @Test(arguments: declaring(\.isElementwise))
  func elementwiseOperatorsStayBlocked(_ subject: Subject) throws {
    var b = GraphBuilder()
    b.conv("x", "a", channels: (3, 5))
    b.node(subject.opType, ["a"], "b")
    b.conv("b", "y", channels: (5, 4))
    let model = b.model("y", opset: 24)
    let operators = try Program(model).graph.nodes.map(\.opType)
    let isActivation = ["Relu", "Clip"].contains(subject.opType)
    let isIdentity = subject.opType == "Identity"
    #expect(
      operators == ["BlockedConv"] + (isActivation || isIdentity ? [] : [subject.opType])
        + ["BlockedConv", "UnblockChannels"])

    let observing = try Program(model, observing: ["a", "b"])
    var session = Session(observing)
    var seen: [Int: Tensor] = [:]
    let y = try session.run([images(2)]) { index, values in seen[index] = values.copied() }[0]
    let node = OperatorRunner.node(subject.opType, opset: 24, inputs: 1)
    let alone = try OperatorRunner.run(node, [seen[0]])[0].array(of: Float.self)
    let between = seen[1]!.array(of: Float.self)
    #expect(between.map(\.bitPattern) == alone.map(\.bitPattern))
    // What lanes without a channel hold must not reach the sums.
    let plain = try floats(try Program(model, optimizing: false), [images(2)])[0]
    let largest = plain.filter(\.isFinite).map { abs($0) }.max() ?? 0
    for (value, expected) in zip(y.array(of: Float.self), plain) {
      #expect(value.isFinite == expected.isFinite)
      guard expected.isFinite else { continue }
      #expect(abs(value - expected) <= 1e-3 * max(1, largest))
    }
  }

  // MARK: Fusions

  @Test(arguments: subjects + own) func whoFusesSaysSo(_ subject: Subject) throws {
    let rounding = GridRounding(scale: 0.25, codes: -1...1)
    var hasShown: Set<String> = []
    for call in subject.calls {
      let plain = try call.run()[0]
      guard plain.dtype == .float32 else { continue }
      let values = plain.array(of: Float.self)
      for (fusion, epilogue, isFused) in [
        ("activation", Epilogue(activation: .clip(0.25, 0.5)), traits(call).fusesActivation),
        ("rounding", Epilogue(rounding: rounding), traits(call).fusesRounding),
      ] {
        var fused = call
        (fused.node.activation, fused.node.rounding) = (epilogue.activation, epilogue.rounding)
        var expected = values
        if isFused { expected.withUnsafeMutableBufferPointer { epilogue.apply(to: $0) } }
        let result = try fused.run()[0].array(of: Float.self)
        #expect(largestDifference(result, expected) <= (isFused ? 1e-6 : 0))
        if isFused, expected != values { hasShown.insert(fusion) }
      }
    }
    #expect(hasShown.contains("activation") == traits(subject.calls[0]).fusesActivation)
    #expect(hasShown.contains("rounding") == traits(subject.calls[0]).fusesRounding)
  }

  private func traits(_ call: Call) -> OperatorTraits {
    OperatorRegistry.standard.traits(of: call.node)
  }

  /// The engine's own operators, which have no cases.
  private static let own: [Subject] = {
    func ones(_ shape: Shape) -> Tensor {
      Tensor([Float](repeating: 1, count: shape.elementCount), shape: shape)
    }
    func subject(_ own: some EngineOperator, _ operands: [Tensor]) -> Subject {
      let node = OperatorRunner.node(own, inputs: operands.count)
      return Subject(opType: node.opType, calls: [Call(node: node, operands: operands)])
    }
    let (blocked, channels) = (ones([1, 1, 2, 2, 16]), ones([16]))
    let matrix = PackedMatrix(k: 3, n: 2)
    let windowed = (try? WindowGeometry(Attributes(), kernel: [1, 1])).map { window in
      [
        subject(
          BlockedConv(window: window, group: 1, readsBlocked: true),
          [blocked, ones([16, 16, 1, 1])]),
        subject(BlockedMaxPool(window: window), [blocked]),
        subject(BlockedAveragePool(window: window, countsPadding: false), [blocked]),
      ]
    }
    return (windowed ?? []) + [
      subject(
        PackedMatMul(matrix: matrix),
        [ones([2, 3]), ones([PackedMatrix.count(k: matrix.k, n: matrix.n)]), channels]),
      subject(ScaleShift(), [blocked, channels, channels]),
      subject(BlockedGlobalAveragePool(channels: 16), [blocked]),
      subject(BlockedConcat(channels: [16]), [blocked]),
      subject(ChannelShuffle(groups: 2, channels: 16, height: 2, width: 2), [blocked]),
      subject(BlockChannels(channels: 16), [ones([1, 16, 2, 2])]),
      subject(UnblockChannels(channels: 16), [blocked]),
      subject(
        QuantizeDequantize(axis: 1), [blocked, Tensor(scalar: Float(0.5)), Tensor(scalar: Int8(0))]),
    ]
  }()

  // MARK: What quantization relies on

  /// f(h(x)) = h(f(x)) for every rising h: an output is an element of the input.
  @Test(arguments: declaring(\.movesValues)) func valuesAreOnlyMoved(_ subject: Subject) throws {
    func bent(_ tensor: Tensor) -> Tensor {
      Tensor(tensor.array(of: Float.self).map { $0 * abs($0) }, shape: tensor.shape)
    }
    var random = SeededRandom(seed: 4)
    for call in subject.calls.map({ $0.reading(&random) }) {
      for (moved, plain) in zip(try call.reading(bent(call.x)).run(), try call.run())
      where plain.dtype == .float32 {
        #expect(moved.array(of: Float.self) == bent(plain).array(of: Float.self))
      }
    }
  }

  /// Powers of two are exact, so that the results are the same to the bit.
  @Test(arguments: declaring(\.isPositivelyHomogeneous))
  func scalesOfChannelsPassThrough(_ subject: Subject) throws {
    var random = SeededRandom(seed: 5)
    for call in subject.calls.map({ $0.reading(&random) }) where call.x.shape.rank > 1 {
      let (batch, channels) = (call.x.shape[0], call.x.shape[1])
      func scaled(_ tensor: Tensor) -> [Float] {
        let inner = max(tensor.count / (batch * channels), 1)
        return tensor.array(of: Float.self).enumerated().map { index, value in
          value * [0.5, 2, 4][index / inner % channels % 3]
        }
      }
      let result = try call.reading(Tensor(scaled(call.x), shape: call.x.shape)).run()[0]
      #expect(result.array(of: Float.self) == scaled(try call.run()[0]))
    }
  }

  @Test(arguments: subjects) func whoYieldsNoFloatsSaysSo(_ subject: Subject) throws {
    // These yield what they are asked for.
    let calls = subject.calls.filter { !$0.node.attributes.contains("to") }
    let yields = try Set(calls.map { try $0.run()[0].dtype == .float32 })
    #expect(yields.isSubset(of: [!subject.traits.yieldsNoFloats]))
  }

  /// Each slice of the weight along the declared axis decides one channel of the output, along one and the same axis.
  @Test(arguments: declaring { $0.weight != nil })
  func outputChannelsLieAlongTheAxis(_ subject: Subject) throws {
    let weight = try #require(subject.traits.weight)
    for var call in subject.calls {
      guard let stored = call.operands[weight.input],
        let axis = weight.outputAxis(call.node.attributes, stored.shape.rank)
      else { continue }
      let wide = stored.shape[axis] > 1 ? stored : Self.repeated(stored, along: axis)
      call.operands[weight.input] = wide
      let plain = try call.run()[0]
      var axes = Set(plain.shape.dims.indices.filter { plain.shape[$0] == wide.shape[axis] })
      for channel in 0..<wide.shape[axis] {
        var changed = call
        changed.operands[weight.input] = Self.doubled(wide, channel, along: axis)
        let places = Self.differences(try changed.run()[0], plain)
        #expect(!places.isEmpty)
        axes.formIntersection(axes.filter { a in places.allSatisfy { $0[a] == channel } })
      }
      #expect(!axes.isEmpty)
    }
  }

  /// Three times the tensor, for cases of a single output channel.
  private static func repeated(_ tensor: Tensor, along axis: Int) -> Tensor {
    var dims = tensor.shape.dims
    dims[axis] = 3
    let (values, strides) = (tensor.array(of: Float.self), tensor.shape.strides)
    var result: [Float] = []
    Shape(dims).forEachIndex { _, index in
      result.append(
        values[index.indices.reduce(0) { $0 + ($1 == axis ? 0 : index[$1] * strides[$1]) }])
    }
    return Tensor(result, shape: Shape(dims))
  }

  private static func doubled(_ tensor: Tensor, _ channel: Int, along axis: Int) -> Tensor {
    var values = tensor.array(of: Float.self)
    tensor.shape.forEachIndex { number, index in
      if index[axis] == channel { values[number] = values[number] * 2 + 1 }
    }
    return Tensor(values, shape: tensor.shape)
  }

  private static func differences(_ a: Tensor, _ b: Tensor) -> [[Int]] {
    let (x, y) = (a.array(of: Float.self), b.array(of: Float.self))
    var places: [[Int]] = []
    a.shape.forEachIndex { number, index in if x[number] != y[number] { places.append(index) } }
    return places
  }

  @Test(arguments: declaring { $0.function != nil })
  func theFunctionIsWhatTheKernelComputes(_ subject: Subject) throws {
    let makeFunction = try #require(subject.traits.function)
    var random = SeededRandom(seed: 6)
    for call in subject.calls.map({ $0.reading(&random) }) {
      // The approximation of Gelu differs from it by up to 5e-4.
      let tolerance = call.node.attributes.contains("approximate") ? 1e-3 : 1e-5
      let function = makeFunction(call.node.attributes)
      for (x, y) in zip(call.x.array(of: Float.self), try call.run()[0].array(of: Float.self)) {
        #expect(abs(Double(y) - function(Double(x))) <= tolerance)
      }
    }
  }

  // MARK: The list

  /// Every operator of the folder, by what its file says, is in `StandardOperators`.
  @Test func everyOperatorIsListed() throws {
    let written = try Self.matches(of: #"static let opType = "(\w+)""#, in: "Operators")
    #expect(written == Set(OperatorRegistry.standard.kernels.map { $0.opType }))
  }

  /// Those of 8-bit codes have protocols of their own, `IntegerSumsTests` and `IntegerArithmeticTests`.
  @Test func everyOperatorOfTheEngineIsTried() throws {
    let written = try Self.matches(of: #"struct (\w+): EngineOperator"#, in: "Graph")
    #expect(written.count > 10)
    #expect(written.subtracting((Self.own + Self.subjects).map(\.opType)) == [])
  }

  /// What stands in parentheses wherever a folder of the engine has the pattern.
  private static func matches(of pattern: String, in folder: String) throws -> Set<String> {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/Engine/\(folder)")
    let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String }
    let regex = try Regex(pattern, as: (Substring, Substring).self)
    var found: Set<String> = []
    for path in paths ?? [] where path.hasSuffix(".swift") {
      let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
      found.formUnion(text.matches(of: regex).map { String($0.output.1) })
    }
    return found
  }

  /// Every committed case is one that `calibrant check` must not lose.
  @Test func everyCaseIsOnTheListOfThoseThatMustPass() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "conformance.txt")
    let listed = Set(
      try String(contentsOf: path, encoding: .utf8).split(separator: "\n").map(String.init))
    #expect(ConformanceCase.committed.map(\.name).filter { !listed.contains($0) } == [])
  }

  /// All versions of an operator are the same to others, who do not know which one a model has.
  @Test func versionsDeclareTheSame() {
    let kernels = Dictionary(grouping: OperatorRegistry.standard.kernels) {
      "\($0.domain).\($0.opType)"
    }
    for versions in kernels.values {
      #expect(Set(versions.map { $0.traits.isElementwise }).count == 1)
      #expect(Set(versions.map { $0.traits.fusesActivation }).count == 1)
      #expect(Set(versions.map { $0.traits.fusesRounding }).count == 1)
    }
  }
}
