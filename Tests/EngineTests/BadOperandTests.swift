import CalibrantONNXFormat
import Testing

@testable import CalibrantEngine

/// Every operator, given operands its file should not have: an error or a result, and never a crash.
struct BadOperandTests {
  /// What replaces one operand of a case at a time.
  private static let replacements: [Tensor?] = {
    let shapes: [Shape] = [
      [], [0], [1], [7], [0, 3], [2, 0, 2], [1, 1, 1, 1], [1, 1, 1, 1, 1, 1],
    ]
    let floats = shapes.map { Tensor([Float](repeating: -1, count: $0.elementCount), shape: $0) }
    let integers = [
      [Int64.min], [.max], [.min, .max], [-1, 0], [], [1 << 40, 1 << 40], [3, 2, 1, 0],
    ]
    let others: [Tensor?] = [
      nil, Tensor(scalar: true), Tensor(scalar: UInt8(255)), Tensor(scalar: Int8(-128)),
      Tensor(scalar: Int32.min), Tensor([Float.nan, .infinity], shape: [2]),
    ]
    return floats + integers.map { Tensor($0, shape: [$0.count]) } + others
  }()

  private static let cases = ConformanceCase.committed + ConformanceCase.codeOperators

  @Test(arguments: cases) func neverCrash(_ testCase: ConformanceCase) throws {
    let node = try #require(try testCase.loadNode())
    let operands = try testCase.operands(of: node)
    for position in operands.indices {
      for replacement in Self.replacements {
        var changed = operands
        changed[position] = replacement
        run(node, changed)
        run(node, Array(changed.prefix(position)))
      }
    }
  }

  /// No element, yet strides that overflow.
  @Test func shapesWhoseStridesOverflowAreRefused() {
    let stored = ModelTensor(
      name: "w", elementType: .float32, dims: [1 << 40, 0, 1 << 40], values: [Float]())
    #expect(throws: GraphError.self) { try Tensor(stored) }
  }

  @Test(arguments: cases) func attributesNeverCrash(_ testCase: ConformanceCase) throws {
    let path = testCase.path + "/model.onnx"
    let source = try Model(contentsOf: path).graph.nodes[0]
    let operands = try testCase.operands(of: #require(try testCase.loadNode()))
    let values: [AttributeValue] = [
      .int(.min), .int(.max), .int(-1), .int(0), .ints([]), .ints([.min, .max]), .ints([0, 0]),
      .ints([.max, .max, .max, .max]), .ints([-1]), .float(.nan), .string("x"),
      .floats([1]),
    ]
    let names = source.attributeNames + ["axis", "axes", "pads", "strides", "split", "block_size"]
    for name in names {
      for value in values {
        var changed = source
        changed[attribute: name] = value
        var node = try #require(try testCase.loadNode())
        node.attributes = Attributes(changed)
        run(node, operands)
        node.opset = 7
        run(node, operands)
      }
    }
  }

  /// Shape inference with all that is known, then without constants; results of a sane size are computed.
  private func run(_ node: Node, _ inputs: [Tensor?]) {
    guard let kernel = try? OperatorRegistry.standard.kernel(for: node) else { return }
    let operands = inputs.map { $0.map { Operand($0) } }
    _ = try? inferredTypes(of: kernel, on: inputs.map { $0.map { Operand($0.type) } })
    guard let types = try? inferredTypes(of: kernel, on: operands),
      types.allSatisfy({ $0.shape.elementCount < 1 << 20 })
    else { return }
    _ = try? evaluate(kernel, of: node, on: operands, scratch: Scratch())
  }
}
