import Foundation
import TestSupport
import Testing

@testable import CalibrantEngine

@Suite struct ByteElementTests {
  private static let counts = [1, 15, 16, 17, 100, 40_001]
  private static let fine = CodeGrid(scale: 0.0123, zeroPoint: 131)
  private static let coarse = CodeGrid(scale: 0.31, zeroPoint: 0, codes: 2...251)

  private func codes(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    return CodeSample.random.codes(count, using: &random)
  }

  private func run<Value>(
    _ count: Int, _ fill: Value, _ body: (UnsafeMutablePointer<Value>) -> Void
  ) -> [Value] {
    var y = [Value](repeating: fill, count: count)
    y.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
    return y
  }

  private var everyone: [ByteElements] {
    BlockLoops.available.map { ByteElements(loops: $0, workers: Workers(2)) }
  }

  @Test(arguments: counts) func valuesBecomeTheNearestCodes(_ count: Int) {
    var random = SeededRandom(seed: 7)
    var x = (0..<count).map { _ in Float.random(in: -2...3, using: &random) }
    // Halves, and what is no number or beyond all codes.
    let edges =
      [0.5, 1.5, -2.5].map { $0 * Self.coarse.scale } + [.nan, .infinity, -.infinity, 1e30]
    for (i, value) in zip(x.indices, edges) { x[i] = value }
    let expected = x.map { $0.isNaN ? 2 : CodeOracle.code($0, Self.coarse) }
    #expect(x.map(Self.coarse.code) == expected)
    for elements in everyone {
      let found = run(count, UInt8(0)) {
        elements.quantize(x, count: count, to: Self.coarse, into: $0)
      }
      #expect(found == expected, "\(elements.loops)")
    }
  }

  @Test(arguments: counts) func codesBecomeTheirValues(_ count: Int) {
    let x = codes(count, seed: 8)
    let expected = x.map { CodeOracle.value($0, Self.fine) }
    #expect(x.map(Self.fine.value) == expected)
    for elements in everyone {
      let found = run(count, Float(0)) {
        elements.dequantize(x, count: count, from: Self.fine, into: $0)
      }
      #expect(found == expected, "\(elements.loops)")
    }
  }

  private static let pairs = [CodePair.Operation.sum, .product].flatMap { operation in
    [0, 128].map { origin in
      CodePair(
        operation: operation, left: CodeGrid(scale: 0.0123, zeroPoint: 131, origin: origin),
        right: CodeGrid(scale: 0.0377, zeroPoint: 7, origin: origin),
        result: CodeGrid(scale: 0.029, zeroPoint: 101, codes: 20...250, origin: origin))
    }
  }

  @Test(arguments: pairs, counts)
  func pairsAreCombinedInSinglePrecision(_ pair: CodePair, _ count: Int) {
    let (a, b) = (codes(count, seed: 9), codes(count, seed: 10))
    let expected = zip(a, b).map { CodeOracle.combined($0, $1, pair) }
    #expect(zip(a, b).map(pair.code) == expected)
    for elements in everyone {
      let found = run(count, UInt8(0)) { elements.combine(a, b, count: count, pair, into: $0) }
      #expect(found == expected, "\(elements.loops)")
    }
  }

  /// A repeated code counts as the second.
  @Test(
    arguments: pairs, [[[3, 20], [20]], [[20], [3, 20]], [[3, 20], [3, 1]], [[1], [40]]])
  func codesAreBroadcast(_ pair: CodePair, dims: [[Int]]) throws {
    let (a, b) = (Shape(dims[0]), Shape(dims[1]))
    let shape = try #require(a.broadcast(with: b))
    let (x, y) = (codes(a.elementCount, seed: 15), codes(b.elementCount, seed: 16))
    func place(_ i: Int, _ own: Shape) -> Int {
      own.dims.last == 1 ? i / shape.dims.last! % own.elementCount : i % own.elementCount
    }
    let expected = (0..<shape.elementCount).map { i in
      let (p, q) = (x[place(i, a)], y[place(i, b)])
      return a.dims.last == 1
        ? CodeOracle.combined(q, p, pair.swapped) : CodeOracle.combined(p, q, pair)
    }
    let node = OperatorRunner.node(CombineCodes(pair: pair, channels: nil), inputs: 2)
    let found = try OperatorRunner.run(node, [Tensor(x, shape: a), Tensor(y, shape: b)])
    #expect(found[0].array(of: UInt8.self) == expected)
  }

  @Test func aCodePerChannelIsCombinedWithAllPixels() {
    let (planes, pixels) = (5, 7)
    let (a, b) = (codes(planes * pixels * 16, seed: 11), codes(planes * 16, seed: 12))
    let pair = CodePair(
      operation: .product, left: Self.fine, right: CodeGrid(scale: 0x1p-8, zeroPoint: 0),
      result: Self.fine)
    let expected = a.indices.map {
      CodeOracle.combined(a[$0], b[$0 / (pixels * 16) * 16 + $0 % 16], pair)
    }
    for elements in everyone {
      let found = run(a.count, UInt8(0)) {
        elements.combine(a, perChannel: b, planes: planes, pixels: pixels, pair, into: $0)
      }
      #expect(found == expected, "\(elements.loops)")
    }
  }

  @Test(arguments: counts) func tablesHoldTheFunctionOfEachCode(_ count: Int) {
    let x = codes(count, seed: 13)
    let table = ByteTable(from: Self.fine, to: CodeGrid(scale: 0x1p-8, zeroPoint: 0)) {
      1 / (1 + exp(-$0))
    }
    let expected = x.map {
      CodeOracle.code(
        1 / (1 + exp(-CodeOracle.value($0, Self.fine))), CodeGrid(scale: 0x1p-8, zeroPoint: 0))
    }
    for elements in everyone {
      let found = run(count, UInt8(0)) { elements.map(x, count: count, table, into: $0) }
      #expect(found == expected, "\(elements.loops)")
    }
    #expect(ByteTable(from: Self.fine, to: Self.fine).isIdentity)
    #expect(!table.isIdentity)
  }

  // MARK: Channels

  @Test(arguments: [[16, 32], [3, 5, 30, 16, 1], [58, 58], [20, 12], [1]])
  func channelsAreJoinedAndTakenApart(_ counts: [Int]) {
    let (batch, pixels) = (2, 6)
    let total = counts.reduce(0, +)
    let dense = counts.indices.map { codes(batch * counts[$0] * pixels, seed: UInt64($0)) }
    let table = ByteTable(from: Self.fine, to: Self.coarse)
    let expected = (0..<batch * total * pixels).map { index -> UInt8 in
      let (image, pixel) = (index / pixels / total, index % pixels)
      var (channel, source) = (index / pixels % total, 0)
      while channel >= counts[source] {
        channel -= counts[source]
        source += 1
      }
      let code = dense[source][(image * counts[source] + channel) * pixels + pixel]
      return source == 1 ? table.codes[Int(code)] : code
    }
    for loops in BlockLoops.available {
      let channels = ByteChannels(loops: loops, workers: Workers(2))
      let parts = zip(dense, counts).map { dense, count in
        let part = AlignedValues<UInt8>(batch * ChannelBlocks.count(count) * pixels * 16)
        channels.block(dense, batch: batch, channels: count, pixels: pixels, into: part.base)
        return part
      }
      let sources = parts.indices.map {
        ByteChannels.Source(
          codes: parts[$0].base, channels: counts[$0], table: $0 == 1 ? table : nil)
      }
      let joined = AlignedValues<UInt8>(batch * ChannelBlocks.count(total) * pixels * 16)
      channels.concatenate(sources, batch: batch, pixels: pixels, into: joined.base)
      let found = run(expected.count, UInt8(0)) {
        channels.unblock(joined.base, batch: batch, channels: total, pixels: pixels, into: $0)
      }
      #expect(found == expected, "\(loops)")
    }
  }

  @Test func channelsAreTakenInAnyOrder() {
    let (batch, count, pixels) = (2, 40, 5)
    let dense = codes(batch * count * pixels, seed: 20)
    let order = (0..<35).map { $0 * 7 % 40 }
    let expected = (0..<batch * 35 * pixels).map { index in
      let (image, channel) = (index / pixels / 35, order[index / pixels % 35])
      return dense[(image * count + channel) * pixels + index % pixels]
    }
    for loops in BlockLoops.available {
      let channels = ByteChannels(loops: loops, workers: Workers(2))
      let x = AlignedValues<UInt8>(batch * 3 * pixels * 16)
      let y = AlignedValues<UInt8>(batch * 3 * pixels * 16)
      channels.block(dense, batch: batch, channels: count, pixels: pixels, into: x.base)
      channels.gather(x.base, of: count, order, batch: batch, pixels: pixels, into: y.base)
      let found = run(expected.count, UInt8(0)) {
        channels.unblock(y.base, batch: batch, channels: 35, pixels: pixels, into: $0)
      }
      #expect(found == expected, "\(loops)")
    }
  }
}
