import ONNXFormat
import TestSupport
import Testing

@testable import Engine

/// Small graphs in which rewrites have something to do; each must compute what it computes as written.
struct RewriteCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let model: Model
  /// Nodes left after rewriting.
  let nodeCount: Int

  static let channels = 4

  static let all = [
    make("Conv, BatchNormalization, Relu become one", nodeCount: 1) { g in
      g.relu(g.normalized(g.conv("x")))
    },
    make("Conv and Clip become one", nodeCount: 1) { g in g.clip(g.conv("x")) },
    make("Add and Relu become one", nodeCount: 2) { g in g.relu(g.op("Add", [g.conv("x"), "x"])) },
    make("a batch norm whose input others read stays", nodeCount: 3) { g in
      let y = g.conv("x")
      return g.op("Add", [g.normalized(y), y])
    },
    make("a batch norm before the convolution stays, and takes its Relu in", nodeCount: 2) { g in
      g.conv(g.relu(g.normalized("x")))
    },
    make("identities and dropouts vanish", nodeCount: 1) { g in
      g.relu(g.op("Dropout", [g.op("Identity", [g.conv("x")])]))
    },
    make("a quantizer pair becomes one", nodeCount: 1) { g in g.quantized("x", back: g.scale) },
    make("a pair with different scales stays two", nodeCount: 2) { g in
      g.quantized("x", back: g.constant([0.25], dims: []))
    },
    make("two activations: only the first is taken in", nodeCount: 2) { g in
      g.clip(g.relu(g.conv("x")))
    },
  ]

  private static func make(
    _ name: String, nodeCount: Int, _ build: (Builder) -> String
  ) -> RewriteCase {
    let builder = Builder()
    let output = build(builder)
    return RewriteCase(
      testDescription: name, model: builder.model(output: output), nodeCount: nodeCount)
  }
}

/// Writes graphs over an input x of N × 4 × 6 × 6.
final class Builder {
  private var nodes: [ModelNode] = []
  private var initializers: [ModelTensor] = []
  private var random = SeededRandom(seed: 11)
  private var count = 0

  private func name(_ hint: String) -> String {
    count += 1
    return "\(hint)\(count)"
  }

  func constant(_ values: [Float], dims: [Int]) -> String {
    let name = name("c")
    initializers.append(
      ModelTensor(name: name, elementType: .float32, dims: dims, values: values))
    return name
  }

  func op(_ type: String, _ inputs: [String], _ attributes: [String: AttributeValue] = [:])
    -> String
  {
    let output = name("v")
    nodes.append(
      ModelNode(
        type, name: "n_\(output)", inputs: inputs, outputs: [output], attributes: attributes))
    return output
  }

  func conv(_ x: String) -> String {
    let c = RewriteCase.channels
    let weights = constant(random.floats(c * c * 9), dims: [c, c, 3, 3])
    return op("Conv", [x, weights], ["pads": .ints([1, 1, 1, 1])])
  }

  func normalized(_ x: String) -> String {
    let c = RewriteCase.channels
    let parameters = (0..<4).map { index in
      constant(random.floats(c).map { index == 3 ? abs($0) + 0.5 : $0 }, dims: [c])
    }
    return op("BatchNormalization", [x] + parameters)
  }

  func relu(_ x: String) -> String { op("Relu", [x]) }
  func clip(_ x: String) -> String {
    op("Clip", [x, constant([-0.5], dims: []), constant([0.75], dims: [])])
  }

  lazy var scale = constant([0.125], dims: [])

  func quantized(_ x: String, back scale: String) -> String {
    let zero = name("z")
    initializers.append(
      ModelTensor(name: zero, elementType: .uint8, dims: [], values: [UInt8(128)]))
    return op("DequantizeLinear", [op("QuantizeLinear", [x, self.scale, zero]), scale, zero])
  }

  func model(output: String) -> Model {
    Model(
      graph: ModelGraph(
        name: "g", nodes: nodes,
        inputs: [
          ModelValue(
            name: "x", elementType: .float32,
            dimensions: [.symbolic("N"), .fixed(RewriteCase.channels), .fixed(6), .fixed(6)])
        ],
        outputs: [
          ModelValue(
            name: output, elementType: .float32,
            dimensions: [.unknown, .unknown, .unknown, .unknown])
        ], initializers: initializers), opset: 13)
  }
}

@Suite struct RewriteTests {
  static func input(batch: Int) -> Tensor {
    var random = SeededRandom(seed: 12)
    let shape = Shape([batch, RewriteCase.channels, 6, 6])
    return Tensor(random.floats(shape.elementCount), shape: shape)
  }

  @Test(arguments: RewriteCase.all)
  func aRewrittenGraphComputesTheSame(_ testCase: RewriteCase) throws {
    let (written, rewritten) = (
      try Program(testCase.model, optimizing: false), try Program(testCase.model)
    )
    #expect(rewritten.graph.nodes.count == testCase.nodeCount)
    var plain = Session(written)
    var fused = Session(rewritten)
    let x = Self.input(batch: 2)
    let a = try plain.run([x])[0].array(of: Float.self)
    let b = try fused.run([x])[0].array(of: Float.self)
    // Folding rounds the weights once more: a few ulps of sums of 36 terms.
    #expect(zip(a, b).allSatisfy { abs($0 - $1) < 2e-5 })
  }

  @Test(arguments: RewriteCase.all)
  func aTapSeesEveryValueAsTheModelDefinesIt(_ testCase: RewriteCase) throws {
    let names = testCase.model.graph.nodes.flatMap(\.outputs)
    let x = Self.input(batch: 2)
    func values(optimizing: Bool) throws -> (seen: [String: [Float]], output: [Float]) {
      let program = try Program(testCase.model, observing: names, optimizing: optimizing)
      var session = Session(program)
      var seen: [String: [Float]] = [:]
      let output = try session.run([x]) { index, view in
        if view.dtype == .float32 { seen[names[index]] = Array(view.floats) }
      }
      return (seen, output[0].array(of: Float.self))
    }
    let (tapped, written) = (try values(optimizing: true), try values(optimizing: false))
    #expect(tapped.seen.keys.sorted() == written.seen.keys.sorted())
    #expect(tapped.output == written.output)
    for (name, seen) in written.seen { #expect(tapped.seen[name] == seen, "\(name)") }
  }
}
