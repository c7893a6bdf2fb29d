import CalibrantEngine
import CalibrantONNXFormat
import Testing

@testable import CalibrantQuantization

/// Layers of few weights keep 8 bits where others have fewer.
@Suite struct PolicyTests {
  /// A chain of matrix products of these weights.
  private static func layers(_ shapes: [(name: String, dims: [Int])]) -> [WeightedLayer] {
    var b = ModelBuilder()
    var value = "image"
    var known: Set<String> = []
    for (index, shape) in shapes.enumerated() {
      if known.insert(shape.name).inserted { b.weights(shape.name, shape.dims) }
      let output = index == shapes.count - 1 ? "logits" : "v\(index)"
      b.node("MatMul", [value, shape.name], output)
      value = output
    }
    return WeightedLayer.all(in: Graph(b.model()))
  }

  /// 1,171 weights, of which a tenth is 117: 10, 20 and 50 fit, and 61 do not.
  private static let mixed = layers([
    ("a", [61, 1]), ("b", [1, 10]), ("c", [10, 2]), ("d", [2, 240]), ("e", [240, 2]),
    ("f", [5, 10]), ("g", [10, 7]),
  ])

  private static func bits(
    _ layers: [WeightedLayer], _ policy: Policy, _ scheme: Int = 4
  ) throws -> [Int?] {
    try policy.bits(of: layers, scheme: WeightScheme(bits: scheme))
  }

  @Test func theFewestWeightsKeepEightBits() throws {
    #expect(Self.mixed.map(\.elementCount) == [61, 10, 20, 480, 480, 50, 70])
    #expect(try Self.bits(Self.mixed, Policy(smallBits: 8)) == [4, 8, 8, 4, 4, 8, 4])
    #expect(try Self.bits(Self.mixed, Policy(endBits: 8, smallBits: 8)) == [8, 8, 8, 4, 4, 8, 8])
    #expect(try Self.bits(Self.mixed, Policy(endBits: 8, smallBits: 6)) == [8, 6, 6, 4, 4, 6, 8])
  }

  @Test func schemesOfAsManyBitsAreLeft() throws {
    #expect(try Self.bits(Self.mixed, Policy(smallBits: 4), 8).allSatisfy { $0 == 8 })
    #expect(try Self.bits(Self.mixed, Policy()).allSatisfy { $0 == 4 })
    #expect(try Self.bits(Self.mixed, Policy(smallBits: 4)).allSatisfy { $0 == 4 })
  }

  /// Own bits and those left in float are as asked for; what stays in float is no part of all weights: of 691 a
  /// tenth is 69, which 10 and 20 leave no place for 50 in.
  @Test func whatWasAskedForIsKept() throws {
    let policy = Policy(
      excluded: [Glob("d")], layerBits: [(Glob("c"), 3)], smallBits: 8, minimumElements: 11)
    #expect(try Self.bits(Self.mixed, policy) == [4, nil, 3, nil, 4, 4, 4])
    let excluded = Policy(excluded: [Glob("d")], smallBits: 8)
    #expect(try Self.bits(Self.mixed, excluded) == [4, 8, 8, nil, 4, 4, 4])
  }

  /// A weight that two layers read is stored once, and counts once; of layers of one size the first are taken.
  @Test func sharedWeightsHaveTheSameBits() throws {
    let tied = Self.layers([
      ("a", [14, 1]), ("s", [1, 1]), ("s", [1, 1]), ("t", [1, 1]), ("u", [1, 1]), ("z", [1, 13]),
    ])
    #expect(try Self.bits(tied, Policy(smallBits: 8)) == [4, 8, 8, 8, 8, 4].map { $0 as Int? })
    let fewer = Self.layers([
      ("a", [8, 1]), ("s", [1, 1]), ("t", [1, 1]), ("s", [1, 1]), ("z", [1, 5]),
    ])
    #expect(try Self.bits(fewer, Policy(smallBits: 8)) == [4, 8, 4, 8, 4])
  }

  /// A model whose layers are of one size has none that is small.
  @Test func layersOfOneSizeAreNotSmall() throws {
    let even = Self.layers((0..<4).map { ("w\($0)", [4, 4]) })
    #expect(try Self.bits(even, Policy(smallBits: 8)).allSatisfy { $0 == 4 })
  }
}
