import CKernels
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantEngine

/// Products of two operands' codes against sums written down as they are defined.
@Suite struct CodeProductTests {
  struct Sizes: Sendable, CustomTestStringConvertible {
    var batch: [Int] = []
    var otherBatch: [Int] = []
    let m, k, n: Int
    var testDescription: String { "\(batch)×\(m)×\(k) · \(otherBatch)×\(k)×\(n)" }

    var a: Shape { Shape(batch + [m, k]) }
    var b: Shape { Shape(otherBatch + [k, n]) }
  }

  static let sizes = [
    Sizes(m: 1, k: 1, n: 1), Sizes(m: 5, k: 3, n: 16), Sizes(m: 17, k: 30, n: 33),
    Sizes(batch: [3], m: 4, k: 64, n: 10),
    Sizes(batch: [2, 3], otherBatch: [3], m: 7, k: 6, n: 40),
    Sizes(batch: [1], otherBatch: [4], m: 3, k: 5, n: 2),
    Sizes(batch: [2], otherBatch: [2], m: 130, k: 41, n: 31),
  ]

  /// Codes of both operands as the file has them.
  struct Operands {
    let sizes: Sizes
    let a: [Int]
    let b: [Int]

    init(_ sizes: Sizes, signs: (a: Bool, b: Bool)) {
      var random = SeededRandom(seed: UInt64(sizes.k))
      func codes(_ shape: Shape, _ isSigned: Bool) -> [Int] {
        let range = isSigned ? -128...127 : 0...255
        return (0..<shape.elementCount).map { _ in Int.random(in: range, using: &random) }
      }
      self.sizes = sizes
      a = codes(sizes.a, signs.a)
      b = codes(sizes.b, signs.b)
    }

    /// Σ (a − z)(b − z'), with one z for each row and one z' for each column, or one for all.
    func sums(_ left: [Int], _ right: [Int]) -> [Int32] {
      let product = MatrixProduct(sizes.a, sizes.b)!
      let (starts, others) = product.offsets()
      return starts.indices.flatMap { index in
        (0..<product.m * sizes.n).map { place in
          let (row, column) = place.quotientAndRemainder(dividingBy: sizes.n)
          let (z, w) = (left[row % left.count], right[column % right.count])
          let sum = (0..<sizes.k).reduce(0) { sum, k in
            sum + (a[starts[index] + row * sizes.k + k] - z)
              * (b[others[index] + k * sizes.n + column] - w)
          }
          return Int32(sum)
        }
      }
    }
  }

  @Test(arguments: sizes, [false, true])
  func everyInstructionSetEqualsTheDefinition(_ sizes: Sizes, isSigned: Bool) {
    let operands = Operands(sizes, signs: (false, isSigned))
    let (zero, other) = (117, isSigned ? -9 : 130)
    let product = MatrixProduct(sizes.a, sizes.b)!
    let sums = operands.sums([zero], [other])
    let grid = CodeGrid(scale: 0.31, zeroPoint: 120, codes: 3...250)
    let codes = sums.map { CodeOracle.code($0, factor: 0.0007, grid) }
    let b = operands.b.map { UInt8(truncatingIfNeeded: $0) }
    for (loops, workers) in BlockLoops.available.flatMap({
      [($0, Workers.alone), ($0, Workers(3))]
    }) {
      let products = CodeProducts(
        product,
        CodeMatrix.all(of: b, sizes.b, isSigned: isSigned, loops: loops, workers: workers))
      let found = AlignedValues<UInt8>(sums.count)
      let values = AlignedFloats(sums.count)
      let taken = Int32(isSigned ? other : other - 128)
      products.forEachRow(of: operands.a.map { UInt8($0) }, workers: workers) { row in
        var ending = CKRowEnding(
          zeroPoint: Int32(zero), less: taken * (row.codeSum - Int32(sizes.k * zero)),
          factor: 0.0007, grid: grid.loops)
        let (place, columns) = (row.index * sizes.n, row.matrix.columnSums.base)
        let finish = loops.table.pointee.finishRow!
        finish(&ending, row.sums, columns, Int64(sizes.n), found.base + place, nil)
        finish(&ending, row.sums, columns, Int64(sizes.n), nil, values.base + place)
      }
      #expect((0..<sums.count).map { found[$0] } == codes, "\(loops)")
      #expect((0..<sums.count).map { values[$0] } == sums.map { Float($0) * 0.0007 }, "\(loops)")
    }
  }

  @Test(arguments: sizes, [[false, false], [false, true], [true, false], [true, true]])
  func integerProducts(_ sizes: Sizes, signs: [Bool]) throws {
    let operands = Operands(sizes, signs: (signs[0], signs[1]))
    let (low, range) = (signs.map { $0 ? -128 : 0 }, 0..<256)
    let several = (
      (0..<sizes.m).map { low[0] + range.count * $0 / sizes.m },
      (0..<sizes.n).map { low[1] + range.count * $0 / sizes.n }
    )
    for (left, right) in [([low[0] + 255], [low[1]]), ([low[0]], [low[1] + 128]), several] {
      let inputs = [
        tensor(operands.a, sizes.a, signs[0]), tensor(operands.b, sizes.b, signs[1]),
        tensor(left, left.count == 1 ? [] : [left.count], signs[0]),
        tensor(right, right.count == 1 ? [] : [right.count], signs[1]),
      ]
      let expected = operands.sums(left, right)
      let node = OperatorRunner.node("MatMulInteger", opset: 10, inputs: 4)
      #expect(try OperatorRunner.run(node, inputs)[0].array(of: Int32.self) == expected)
      #expect(try run(node, inputs, knowing: []) == expected)
    }
  }

  /// Runs a node that knows only some of its operands before.
  private func run(_ node: Node, _ inputs: [Tensor], knowing known: Set<Int>) throws -> [Int32] {
    let kernel = try OperatorRegistry.standard.kernel(for: node)
    let operands = inputs.enumerated().map { index, tensor -> Operand? in
      Operand(tensor.type, constant: known.contains(index) ? tensor : nil)
    }
    let type = try kernel.outputTypes(operands)[0]
    let storage = TensorStorage(byteCount: type.byteCount)
    try kernel.prepare(operands).run(
      OperatorCall(
        inputs: inputs.map(TensorView.init),
        outputs: [MutableTensorView(type: type, base: storage.base)], scratch: Scratch(),
        workers: Workers(2)))
    return Tensor(type, storage: storage).array(of: Int32.self)
  }

  /// The byte kernels where weights are known, the plain loop where they are not.
  @Test(
    arguments: (ConvolutionCase.blockedTable + ConvolutionCase.byteTable).filter {
      $0.shape.batch * $0.shape.outImageSize * $0.shape.depth < 500_000
    }, [false, true])
  func integerConvolutions(_ testCase: ConvolutionCase, isSigned: Bool) throws {
    let s = testCase.shape
    func rest(_ size: Int, _ out: Int, _ stride: Int, _ kernel: Int, _ dilation: Int, _ pad: Int)
      -> Int
    { max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - size - pad) }
    let node = OperatorRunner.node(
      "ConvInteger", opset: 10,
      [
        "group": .int(s.group), "strides": .ints([s.strideY, s.strideX]),
        "dilations": .ints([s.dilationY, s.dilationX]),
        "pads": .ints([
          s.padTop, s.padLeft,
          rest(s.height, s.outHeight, s.strideY, s.kernelHeight, s.dilationY, s.padTop),
          rest(s.width, s.outWidth, s.strideX, s.kernelWidth, s.dilationX, s.padLeft),
        ]),
      ], inputs: 4)
    let shapes: (Shape, Shape) = (
      [s.batch, s.inChannels, s.height, s.width],
      [s.outChannels, s.inChannelsPerGroup, s.kernelHeight, s.kernelWidth]
    )
    var random = SeededRandom(seed: UInt64(s.outChannels))
    let range = isSigned ? -128...127 : 0...255
    func codes(_ shape: Shape) -> [Int] {
      (0..<shape.elementCount).map { _ in Int.random(in: range, using: &random) }
    }
    let (x, w) = (codes(shapes.0), codes(shapes.1))
    let several = (0..<s.outChannels).map { range.lowerBound + $0 * 7 % 256 }
    for zeros in [[range.lowerBound + 128], several] {
      let inputs = [
        tensor(x, shapes.0, isSigned), tensor(w, shapes.1, isSigned),
        tensor([range.lowerBound + 9], [], isSigned),
        tensor(zeros, zeros.count == 1 ? [] : [zeros.count], isSigned),
      ]
      #expect(try run(node, inputs, knowing: [1, 3]) == run(node, inputs, knowing: []))
    }
  }

  private func tensor(_ values: [Int], _ shape: Shape, _ isSigned: Bool) -> Tensor {
    isSigned
      ? Tensor(values.map { Int8($0) }, shape: shape)
      : Tensor(values.map { UInt8($0) }, shape: shape)
  }
}
