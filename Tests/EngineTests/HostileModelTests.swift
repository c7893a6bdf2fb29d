import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantEngine

/// Small files that ask for much: an error, soon, and little memory.
struct HostileModelTests {
  /// Each function calls the next one twice, so that the last is called 2^30 times.
  @Test func functionsThatMultiply() throws {
    let doublings = (0..<30).map { level in
      Self.function(
        "f\(level)",
        nodes: [Self.call("f\(level + 1)", "x", "t"), Self.call("f\(level + 1)", "t", "y")])
    }
    let last = Self.function("f30", nodes: [Self.node("Relu", "", "x", "y")])
    #expect {
      try Graph(Self.model(calling: "f0", functions: doublings + [last])).resolved()
    } throws: {
      if case GraphError.tooLarge = $0 { true } else { false }
    }
  }

  @Test func functionsThatCallThemselves() throws {
    let endless = Self.function("f", nodes: [Self.call("f", "x", "y")])
    #expect {
      try Graph(Self.model(calling: "f", functions: [endless])).resolved()
    } throws: {
      if case GraphError.tooLarge = $0 { true } else { false }
    }
  }

  /// Calls cost, also those of functions in which nothing is left to do.
  @Test func emptyFunctionsThatMultiply() throws {
    let doublings = (0..<40).map { level in
      Self.function(
        "f\(level)",
        nodes: [Self.call("f\(level + 1)", "x", "t"), Self.call("f\(level + 1)", "x", "y")])
    }
    let nothing = Self.text(1, "f40") + Self.text(10, "local") + Self.field(9, Self.opset("", 13))
    #expect(throws: GraphError.self) {
      try Graph(Self.model(calling: "f0", functions: doublings + [nothing])).resolved()
    }
  }

  /// Each branch of each If calls the next function, which holds an If of two branches: what counts is the whole model,
  /// not one of its graphs.
  @Test func branchesAndFunctionsThatMultiply() throws {
    let doublings = (0..<40).map { level in
      let call = Self.call("f\(level + 1)", "x", "b")
      return Self.function("f\(level)", nodes: [Self.branching(on: call, call)])
    }
    let last = Self.function("f40", nodes: [Self.node("Relu", "", "x", "y")])
    #expect(throws: GraphError.self) {
      try Graph(Self.model(calling: "f0", functions: doublings + [last])).resolved()
    }
  }

  /// Work per level of nesting adds up; it must not multiply.
  @Test func nestedBranches() throws {
    let relu = Self.node("Relu", "", "x", "b")
    var node = relu
    for _ in 0..<30 { node = Self.branching(on: node, relu, output: "b") }
    let function = Self.function("f0", nodes: [Self.branching(on: node, relu)])
    let start = ContinuousClock.now
    #expect(try Program(Self.model(calling: "f0", functions: [function])).graph.nodes.count == 1)
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  /// Windows and padding are but numbers in the file: work goes by what lies inside the input.
  @Test(arguments: ["AveragePool", "MaxPool"]) func windowsOfPadding(_ pool: String) throws {
    let start = ContinuousClock.now
    let result = try OperatorRunner.run(
      pool, opset: 19,
      ["kernel_shape": .ints([5, 1 << 24]), "pads": .ints([2, 1 << 24, 2, 2])],
      inputs: [Tensor([Float](repeating: 1, count: 25), shape: [1, 1, 5, 5])])[0]
    // The first window of a line ends where the input begins.
    let nothing: Float = pool == "MaxPool" ? -.infinity : 0
    let line = [nothing] + [Float](repeating: 1, count: 7)
    #expect(result.array(of: Float.self) == Array(repeatElement(line, count: 5).joined()))
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test(arguments: [[.min, 0], [1 << 62, 0], [-1, 4]] as [[Int64]])
  func sizesToResizeTo(_ sizes: [Int64]) {
    #expect(throws: GraphError.self) {
      try OperatorRunner.run(
        "Resize", opset: 18,
        ["axes": .ints([2, 3]), "keep_aspect_ratio_policy": .string("not_larger")],
        inputs: [
          Tensor([1, 2, 3, 4] as [Float], shape: [1, 1, 2, 2]), nil, nil,
          Tensor(sizes, shape: [2]),
        ])
    }
  }

  /// An axis beside one of size 0 may be of any length; its product with a scale is no integer any more.
  @Test(arguments: ["Resize", "Upsample"]) func productsThatAreNoSize(_ opType: String) {
    let x = Tensor([Float](), shape: [1 << 47, 0])
    let scales = Tensor([200_000, 1] as [Float], shape: [2])
    #expect(throws: GraphError.self) {
      try OperatorRunner.run(
        opType, opset: opType == "Resize" ? 18 : 9,
        inputs: [x] + (opType == "Resize" ? [nil, scales] : [scales]))
    }
  }

  /// Sizes are added up and rounded up everywhere; the largest integers are none.
  @Test func axesAsLongAsIntegersGo() throws {
    var b = GraphBuilder(input: [.max, 0])
    b.node("Split", ["x"], "y", "z")
    #expect(throws: GraphError.self) {
      var session = Session(try Program(b.model("y")))
      _ = try session.run([Tensor([Float](), shape: [.max, 0])])
    }
  }

  @Test(arguments: [(.max, 0), (.min, 2), (1 << 62, 0), (-1 << 62, 2)] as [(Int64, Int64)])
  func stepsOutOfTheAxis(step: Int64, start: Int64) throws {
    let x = Tensor((0..<9).map(Float.init), shape: [3, 3])
    let end: Int64 = step > 0 ? .max : .min
    let result = try OperatorRunner.run(
      "Slice", opset: 13,
      inputs: [x] + [[start], [end], [0], [step]].map { Tensor($0, shape: [1]) })[0]
    let first = Float(3 * start)
    #expect(result.shape.dims == [1, 3])
    #expect(result.array(of: Float.self) == [first, first + 1, first + 2])
  }

  /// A step away from the limit, as small as floats are: −10⁷⁶ numbers are none.
  @Test func stepsAwayFromTheLimit() throws {
    let result = try OperatorRunner.run(
      "Range", opset: 11,
      inputs: [1e38, -1e38, 1e-38].map { Tensor([$0] as [Float], shape: []) })[0]
    #expect(result.shape.dims == [0])
  }

  @Test func regionsToResize() {
    #expect(throws: GraphError.self) {
      try OperatorRunner.run(
        "Resize", opset: 18,
        ["axes": .ints([2, 3]), "coordinate_transformation_mode": .string("tf_crop_and_resize")],
        inputs: [
          Tensor([1, 2, 3, 4] as [Float], shape: [1, 1, 2, 2]),
          Tensor([0, 0, 1e30, 1] as [Float], shape: [4]), nil,
          Tensor([2, 2] as [Int64], shape: [2]),
        ])
    }
  }

  /// No element, whatever the other axis is; indices of that axis would fill gigabytes.
  @Test func padsOfNothing() throws {
    let result = try OperatorRunner.run(
      "Pad", opset: 13,
      inputs: [
        Tensor([Float](), shape: [0, 1]), Tensor([0, 0, 0, 1 << 31] as [Int64], shape: [4]),
      ])[0]
    #expect(result.shape.dims == [0, 1 + 1 << 31])
  }

  /// A line of one output each: their number must cost no more than as many outputs of one line.
  @Test func linesOfPadding() throws {
    let (start, pad) = (ContinuousClock.now, 1 << 21)
    let result = try OperatorRunner.run(
      "Conv", opset: 11, ["pads": .ints([pad, 0, pad, 0])],
      inputs: [
        Tensor([Float](repeating: 1, count: 9), shape: [1, 1, 3, 3]),
        Tensor([Float](repeating: 1, count: 9), shape: [1, 1, 3, 3]),
      ])[0]
    #expect(ContinuousClock.now - start < .seconds(10))
    #expect(
      Array(result.array(of: Float.self)[pad - 3...pad + 3]) == [0, 3, 6, 9, 6, 3, 0])
  }

  /// Padding is but numbers in the file: what is kept for it must not grow with them, and bytes are soon written.
  @Test(arguments: ["constant", "edge", "reflect", "wrap"])
  func padsOfLongAxes(mode: String) throws {
    let (start, size) = (ContinuousClock.now, 1 << 22)
    let result = try OperatorRunner.run(
      "Pad", opset: 19, ["mode": .string(mode)],
      inputs: [
        Tensor([1, 2] as [UInt8], shape: [2, 1]), Tensor([0, 0, Int64(size), 0], shape: [4]),
      ])[0]
    #expect(ContinuousClock.now - start < .seconds(10))
    let first: [UInt8] = ["constant": [1, 2, 0, 0], "edge": [1, 2, 2, 2]][mode] ?? [1, 2, 1, 2]
    #expect(result.shape.dims == [size + 2, 1])
    #expect(Array(result.array(of: UInt8.self).prefix(4)) == first)
  }

  /// Beside an axis of size 0 others may have any size; loops over them would never end.
  @Test(arguments: ["Softmax", "LayerNormalization", "CumSum", "ReduceSum", "TopK"])
  func axesBesideNothing(_ opType: String) throws {
    let x = Tensor([Float](), shape: [1 << 40, 0])
    let others: [Tensor?] =
      switch opType {
      case "LayerNormalization": [Tensor([Float](), shape: [0])]
      case "CumSum", "TopK": [Tensor([0] as [Int64], shape: opType == "TopK" ? [1] : [])]
      case "ReduceSum": [Tensor([0] as [Int64], shape: [1])]
      default: []
      }
    let result = try OperatorRunner.run(
      opType, opset: 18, inputs: [x] + others, outputs: opType == "TopK" ? 2 : 1)[0]
    #expect(result.shape.elementCount == 0)
  }

  @Test func boxesAndSlicesBesideNothing() throws {
    let boxes = Tensor([Float](), shape: [1 << 40, 0, 4])
    let scores = Tensor([Float](), shape: [1 << 40, 1, 0])
    let limit = Tensor([1] as [Int64], shape: [1])
    let none = try OperatorRunner.run(
      "NonMaxSuppression", opset: 11, inputs: [boxes, scores, limit])
    #expect(none[0].shape.dims == [0, 3])
    let x = Tensor([Float](), shape: [1 << 40, 0])
    let compressed = try OperatorRunner.run(
      "Compress", opset: 11, ["axis": .int(1)],
      inputs: [Tensor([Float](), shape: [1 << 40, 1, 0]), Tensor([true] as [Bool], shape: [1])])
    #expect(compressed[0].shape.dims == [1 << 40, 1, 0])
    #expect(throws: GraphError.self) {
      try OperatorRunner.run("Unique", opset: 11, ["axis": .int(0)], inputs: [x], outputs: 4)
    }
  }

  /// What operators work with is memory as their outputs are: matrices of all taps of a window, images with their padding.
  @Test func tapsAndPaddingOfMuchMore() {
    let long = Tensor([Float](repeating: 1, count: 1 << 17), shape: [1, 1, 1, 1, 1 << 17])
    #expect(throws: GraphError.self) {
      try OperatorRunner.run(
        "Conv", opset: 11, ["pads": .ints([0, 0, 1 << 17, 0, 0, 1 << 17])], inputs: [long, long])
    }
    #expect(throws: GraphError.self) {
      let line = long.reshaped(to: [1, 1, 1, 1 << 17])
      return try OperatorRunner.run("ConvTranspose", opset: 11, inputs: [line, line])
    }
    #expect(throws: GraphError.self) {
      let keys = long.reshaped(to: [1, 1, 1 << 17, 1])
      return try OperatorRunner.run("Attention", opset: 23, inputs: [keys, keys, keys])
    }
  }

  @Test func paddingThatAConvolutionStridesOver() throws {
    var b = GraphBuilder(input: [1, 8, 3, 3])
    b.weights("w", [8, 8, 3, 3])
    let far = 1 << 24
    b.node(
      "Conv", ["x", "w"], "y",
      attributes: ["pads": .ints([far, far, far, far]), "strides": .ints([far, far])])
    let x = Tensor([Float](repeating: 1, count: 8 * 9), shape: [1, 8, 3, 3])
    #expect(throws: GraphError.self) {
      var session = Session(try Program(b.model("y")))
      _ = try session.run([x])
    }
  }

  /// What two operands make together is kept for the third: 2^34 floats of two lines of 2^17.
  @Test func productsOfProducts() {
    let line = Tensor([Float](repeating: 1, count: 1 << 17), shape: [1 << 17])
    #expect(throws: GraphError.self) {
      try OperatorRunner.run(
        "Einsum", opset: 12, ["equation": .string("i,j,i,j->")],
        inputs: [line, line, line, line])
    }
  }

  /// Positions to read from take more memory than what is read; few of them are kept at once.
  @Test func aLongAxisResized() throws {
    let result = try OperatorRunner.run(
      "Resize", opset: 18, ["mode": .string("linear")],
      inputs: [
        Tensor([0, 1] as [Float], shape: [2]), nil, Tensor([5000] as [Float], shape: [1]),
      ])[0]
    let values = result.array(of: Float.self)
    // Half a pixel at each end repeats the end; between them the line rises by 1/5000 a step.
    #expect(values.count == 10_000 && values[0] == 0 && values[9_999] == 1)
    #expect(abs(values[4_999] - 0.4999) < 1e-6 && abs(values[5_000] - 0.5001) < 1e-6)
  }

  /// Samples of one bin are held in memory, so there is a limit to them; one of 2^26 took gigabytes.
  @Test func samplesOfRegions() throws {
    func pooled(samplingRatio: Int) throws -> [Float] {
      try OperatorRunner.run(
        "RoiAlign", opset: 16, ["sampling_ratio": .int(samplingRatio)],
        inputs: [
          Tensor([1, 2, 3, 4] as [Float], shape: [1, 1, 2, 2]),
          Tensor([0, 0, 1, 1] as [Float], shape: [1, 4]), Tensor([0] as [Int64], shape: [1]),
        ])[0].array(of: Float.self)
    }
    #expect(try pooled(samplingRatio: 1) == [1])
    #expect(throws: GraphError.self) { try pooled(samplingRatio: 8191) }
  }

  /// An If between two nodes that compute `b`; its condition is the input.
  private static func branching(on first: Data, _ second: Data, output: String = "y") -> Data {
    let branches = [("then_branch", first), ("else_branch", second)].map { name, node in
      // GraphProto: node 1, name 2, output 12. AttributeProto: name 1, g 6, type 20 (GRAPH = 5).
      let graph = field(1, node) + text(2, "g") + field(12, text(1, "b"))
      return field(5, text(1, name) + field(6, graph) + Data([0xA0, 0x01, 5]))
    }
    return self.node("If", "", "x", output) + branches[0] + branches[1]
  }

  /// Reading attributes takes time in proportion to their number.
  @Test func aHundredThousandAttributes() throws {
    var node = Self.node("Relu", "", "x", "y")
    for number in 0..<100_000 {
      // AttributeProto: name 1, i 3, type 20 (INT = 2).
      node += Self.field(5, Self.text(1, "a\(number)") + Data([3 << 3, 1, 0xA0, 0x01, 2]))
    }
    let model = try Self.model(calling: "f0", functions: [Self.function("f0", nodes: [node])])
    let start = ContinuousClock.now
    #expect(try Program(model).graph.nodes.count == 1)
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test func functionsOfTheModelRun() throws {
    let twice = Self.function(
      "f", nodes: [Self.node("Neg", "", "x", "t"), Self.node("Exp", "", "t", "y")])
    let program = try Program(Self.model(calling: "f", functions: [twice]))
    #expect(program.graph.nodes.map(\.opType) == ["Neg", "Exp"])
    let y = try floats(program, [Tensor([0 as Float, 1], shape: [2])])[0]
    #expect(y[0] == 1 && abs(y[1] - 0.367_879_4) < 1e-6)
  }

  /// They trust the rewrites that write them.
  @Test func operatorsOfTheEngineAreInNoFile() throws {
    let node = Self.node("UnblockChannels", "calibrant", "x", "y")
    let model = try Self.model(calling: "f", functions: [Self.function("f", nodes: [node])])
    #expect(
      try Program.unsupportedNodes(in: model).map(\.reason) == [
        "the domain 'calibrant' is not known"
      ])
  }

  /// 2^60 elements of constant.
  @Test func constantsBeyondMemory() throws {
    var builder = GraphBuilder(input: [nil])
    builder.integers("shape", [1 << 30, 1 << 30])
    builder.node("ConstantOfShape", ["shape"], "c")
    builder.node("Add", ["x", "c"], "y")
    let model = builder.model("y")
    #expect(throws: GraphError.self) { try Program(model) }
  }

  @Test(arguments: [0, -1, 3, 1 << 62, Int.max]) func groupsBeyondTheChannels(_ group: Int) throws {
    var builder = GraphBuilder(input: [1, 2, 3, 3])
    builder.weights("w", [2, 2, 1, 1])
    builder.node("Conv", ["x", "w"], "y", attributes: ["group": .int(group)])
    let model = builder.model("y")
    #expect(throws: GraphError.self) {
      let program = try Program(model)
      _ = try floats(program, [Tensor([Float](repeating: 1, count: 18), shape: [1, 2, 3, 3])])
    }
  }

  /// Every tensor fits, all together do not.
  @Test func sizesAddUp() throws {
    let half = TensorType(.uint8, [MemoryLimit.bytes / 2 + 1])
    let used = try MemoryLimit.check([half])
    #expect(used == half.byteCount)
    #expect(throws: GraphError.self) { try MemoryLimit.check([half], used: used) }
    #expect(throws: GraphError.self) { try MemoryLimit.check([half, half]) }
    #expect(throws: GraphError.self) { try MemoryLimit.check([TensorType(.int64, [.max, 2])]) }
    #expect(throws: GraphError.self) { try MemoryLimit.check([TensorType(.int8, [-1])]) }
  }

  /// A protobuf of nothing but nested graphs.
  @Test func megabytesOfNesting() {
    // ModelProto.graph (7) > node (1) > attribute (5) > g (6) > node …
    var data = Data()
    for level in 0..<20_000 {
      data = Self.field([7, 1, 5, 6][level % 4], data)
      if data.count > 1 << 20 { break }
    }
    #expect(throws: ModelError.self) { try Model(serialized: data) }
  }

  private static func field(_ number: UInt8, _ payload: Data) -> Data {
    var data = Data([number << 3 | 2])
    var length = payload.count
    repeat {
      data.append(UInt8(length & 127) | (length > 127 ? 128 : 0))
      length >>= 7
    } while length > 0
    return data + payload
  }

  private static func text(_ number: UInt8, _ text: String) -> Data {
    field(number, Data(text.utf8))
  }

  /// NodeProto: input 1, output 2, op_type 4, domain 7.
  private static func node(_ opType: String, _ domain: String, _ x: String, _ y: String) -> Data {
    text(1, x) + text(2, y) + text(4, opType) + (domain.isEmpty ? Data() : text(7, domain))
  }

  private static func call(_ name: String, _ x: String, _ y: String) -> Data {
    node(name, "local", x, y)
  }

  /// OperatorSetIdProto: domain 1, version 2.
  private static func opset(_ domain: String, _ version: UInt8) -> Data {
    text(1, domain) + Data([2 << 3, version])
  }

  /// FunctionProto: name 1, input 4, output 5, node 7, opset_import 9, domain 10.
  private static func function(_ name: String, nodes: [Data]) -> Data {
    var data = text(1, name) + text(4, "x") + text(5, "y") + text(10, "local")
    for node in nodes { data += field(7, node) }
    return data + field(9, opset("", 13)) + field(9, opset("local", 1))
  }

  /// ModelProto: ir_version 1, graph 7, opset_import 8, functions 25.
  private static func model(calling name: String, functions: [Data]) throws -> Model {
    // ValueInfoProto: name 1, type 2 > tensor_type 1 > elem_type 1.
    let type = field(2, field(1, Data([1 << 3, 1])))
    let graph =
      field(1, call(name, "x", "y")) + text(2, "g") + field(11, text(1, "x") + type)
      + field(12, text(1, "y") + type)
    var data = Data([1 << 3, 8]) + field(7, graph)
    data += field(8, opset("", 13)) + field(8, opset("local", 1))
    // A field number above 15 takes two bytes of tag.
    for function in functions {
      let body = field(1, function).dropFirst()
      data += Data([0xCA, 0x01]) + body
    }
    return try Model(serialized: data)
  }
}
