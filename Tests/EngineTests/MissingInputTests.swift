import CalibrantONNXFormat
import Testing

@testable import CalibrantEngine

/// Nodes with fewer inputs or outputs than their operator has, wherever rewrites look for them: an error or a
/// program, where a trap would end the test run.
struct MissingInputTests {
  /// Something around every rewrite: of pads, activations, batch norms, quantizers, moves, sums and products.
  private static let network: Model = {
    var b = GraphBuilder(input: [2, 3, 6, 6])
    b.quantize("x", "x_q")
    b.dequantize("x_q", "d")
    b.integers("pads", [0, 0, 1, 1, 0, 0, 1, 1])
    b.node("Pad", ["d", "pads"], "padded")
    b.quantize("padded", "padded_q")
    b.dequantize("padded_q", "padded_d")
    b.constant("low", [0], [])
    b.constant("high", [6], [])
    b.node("Clip", ["padded_d", "low", "high"], "clipped")
    b.conv("clipped", "c")
    b.batchNormalization("c", "n")
    b.node("Relu", ["n"], "r")
    b.quantize("r", "r_q")
    b.dequantize("r_q", "r_d")
    b.weights("w_float", [3, 3, 1, 1])
    b.quantize("w_float", "w_q")
    b.dequantize("w_q", "w")
    b.node("Conv", ["r_d", "w"], "c2")
    b.node("MaxPool", ["r_d"], "m", attributes: ["kernel_shape": .ints([1, 1])])
    b.node("Add", ["c2", "m"], "a")
    b.node("Concat", ["a", "a"], "j", attributes: ["axis": .int(1)])
    b.node("GlobalAveragePool", ["j"], "g")
    b.node("Flatten", ["g"], "f")
    b.weights("matrix", [6, 4])
    b.weights("bias", [4])
    b.node("MatMul", ["f", "matrix"], "p")
    b.node("Add", ["bias", "p"], "y0")
    b.constant("root", [1.414_213_5], [])
    b.constant("one", [1], [])
    b.constant("half", [0.5], [])
    b.node("Div", ["y0", "root"], "e0")
    b.node("Erf", ["e0"], "e1")
    b.node("Add", ["e1", "one"], "e2")
    b.node("Mul", ["y0", "e2"], "e3")
    b.node("Mul", ["e3", "half"], "y")
    return b.model("y")
  }()

  @Test func theNetworkItselfRuns() throws { #expect(try Self.programs(Self.network).count == 4) }

  @Test(arguments: network.graph.nodes.indices) func cut(_ index: Int) {
    let node = Self.network.graph.nodes[index]
    for count in 0..<node.inputs.count {
      var model = Self.network
      model.graph.nodes[index].inputs.removeLast(node.inputs.count - count)
      _ = try? Self.programs(model)
    }
    var silent = Self.network
    silent.graph.nodes[index].outputs = []
    _ = try? Self.programs(silent)
  }

  @Test(arguments: Set(OperatorRegistry.standard.kernels.map { $0.opType }).sorted())
  func operatorBeforeALayer(_ opType: String) {
    for inputs in [[], ["x"], ["", "x"], ["w", "x"]] {
      for outputs in [[], ["t"], ["", "t"]] {
        var b = GraphBuilder()
        b.weights("w", [3])
        b.nodes.append(ModelNode(opType, name: "n", inputs: inputs, outputs: outputs))
        b.conv("t", "y")
        _ = try? Self.programs(b.model("y"))
      }
    }
  }

  private static func programs(_ model: Model) throws -> [Program] {
    [
      try Program(model), try Program(model, optimizing: false),
      try Program(model, arithmetic: .integer), try Program(model, hardware: .noVNNI),
    ]
  }
}
