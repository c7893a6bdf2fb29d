import TestSupport
import Testing

@testable import CalibrantEngine

@Suite struct ByteMatrixTests {
  struct Sizes: Sendable, CustomTestStringConvertible {
    let rows, k, n: Int
    var testDescription: String { "\(rows)×\(k)×\(n)" }
  }

  static let sizes = [
    Sizes(rows: 1, k: 1, n: 1), Sizes(rows: 1, k: 64, n: 10), Sizes(rows: 5, k: 3, n: 16),
    Sizes(rows: 17, k: 30, n: 32), Sizes(rows: 29, k: 128, n: 48), Sizes(rows: 3, k: 1001, n: 33),
    Sizes(rows: 700, k: 401, n: 15),
  ]

  @Test(arguments: sizes, [0, 128, 255])
  func everyInstructionSetEqualsTheDefinition(_ sizes: Sizes, _ zeroPoint: Int) {
    for sample in CodeSample.allCases {
      let problem = MatrixProblem(sizes, sample, zeroPoint: zeroPoint)
      let sums = problem.sums()
      let codes = sums.enumerated().map { index, sum in
        CodeOracle.code(
          sum, factor: problem.layer.factor(index % sizes.n), problem.layer.output!)
      }
      let values = sums.enumerated().map { index, sum in
        Float(sum) * (problem.layer.input.scale * problem.layer.weightScales[index % sizes.n])
      }
      for loops in BlockLoops.available {
        #expect(problem.codes(loops, .alone) == codes, "\(sample) on \(loops)")
        #expect(problem.codes(loops, Workers(3)) == codes, "\(sample) on \(loops), 3 workers")
        #expect(problem.values(loops) == values, "\(sample) on \(loops)")
      }
    }
  }

  @Test(arguments: sizes) func pairsAreClampedAsWithoutVNNI(_ sizes: Sizes) {
    for sample in CodeSample.allCases {
      let problem = MatrixProblem(sizes, sample, zeroPoint: 114, clampsPairs: true)
      let values = problem.clampedSums().enumerated().map { index, sum in
        Float(sum) * (problem.layer.input.scale * problem.layer.weightScales[index % sizes.n])
      }
      for loops in BlockLoops.available {
        #expect(problem.values(loops) == values, "\(sample) on \(loops)")
      }
    }
  }

  @Test func weightsMayHaveAZeroPoint() {
    let problem = MatrixProblem(
      Sizes(rows: 5, k: 37, n: 20), .random, zeroPoint: 17, weights: -255...255)
    let codes = problem.sums().enumerated().map { index, sum in
      CodeOracle.code(sum, factor: problem.layer.factor(index % 20), problem.layer.output!)
    }
    for loops in BlockLoops.available { #expect(problem.codes(loops, .alone) == codes) }
  }
}

private struct MatrixProblem {
  let sizes: ByteMatrixTests.Sizes
  let layer: CodeLayer
  let x: [UInt8]

  init(
    _ sizes: ByteMatrixTests.Sizes, _ sample: CodeSample, zeroPoint: Int,
    weights: ClosedRange<Int16>? = nil, clampsPairs: Bool = false
  ) {
    var random = SeededRandom(seed: UInt64(sizes.k))
    self.sizes = sizes
    x = sample.codes(sizes.rows * sizes.k, using: &random)
    let count = sizes.n * sizes.k
    layer = CodeLayer(
      input: CodeGrid(scale: 0.02, zeroPoint: zeroPoint),
      weights: weights.map { range in
        (0..<count).map { _ in Int16.random(in: range, using: &random) }
      } ?? sample.weights(count, using: &random),
      weightScales: (0..<sizes.n).map { _ in Float.random(in: 0.001...0.01, using: &random) },
      bias: (0..<sizes.n).map { _ in Int32.random(in: -5000...5000, using: &random) },
      output: CodeGrid(scale: 0.006 * Float(sizes.k).squareRoot(), zeroPoint: 128),
      clampsPairs: clampsPairs)
  }

  func sums() -> [Int32] {
    CodeOracle.matrix(
      x, zeroPoint: layer.input.zeroPoint, layer.weights, layer.bias, k: sizes.k)
  }

  func clampedSums() -> [Int32] {
    CodeOracle.clampedMatrix(
      x, zeroPoint: layer.input.zeroPoint, layer.weights, layer.bias, k: sizes.k)
  }

  func codes(_ loops: BlockLoops, _ workers: Workers) -> [UInt8] {
    run(loops, workers, fill: 0) { .codes($0) }
  }

  func values(_ loops: BlockLoops) -> [Float] {
    let layer = CodeLayer(
      input: layer.input, weights: layer.weights, weightScales: layer.weightScales,
      bias: layer.bias, output: nil, clampsPairs: layer.clampsPairs)
    return MatrixProblem(sizes: sizes, layer: layer, x: x).run(loops, .alone, fill: 0) {
      .values($0)
    }
  }

  private init(sizes: ByteMatrixTests.Sizes, layer: CodeLayer, x: [UInt8]) {
    (self.sizes, self.layer, self.x) = (sizes, layer, x)
  }

  private func run<Result>(
    _ loops: BlockLoops, _ workers: Workers, fill: Result,
    _ target: (UnsafeMutablePointer<Result>) -> CodeLayerOutput
  ) -> [Result] {
    var y = [Result](repeating: fill, count: sizes.rows * sizes.n)
    y.withUnsafeMutableBufferPointer { y in
      ByteMatrix(layer, loops: loops).multiply(
        x, rows: sizes.rows, into: target(y.baseAddress!), scratch: Scratch(), workers: workers)
    }
    return y
  }
}
