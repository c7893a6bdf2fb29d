import TestSupport
import Testing

@testable import CalibrantTasks

/// Neighbours and metrics are those of `Golden/make_embedding.py`.
struct EmbeddingTests {
  struct Golden: Decodable {
    struct Verification: Decodable {
      let weights: [Int]
      let accuracy: Double
      let threshold: Double?
    }
    struct Ties: Decodable {
      let cosines: [Double]
      let isSame: [Bool]
      let accuracy: Double
      let threshold: Double?
    }

    let identities: [Int]
    let vectors: [[Float]]
    let gallery: [[Float]]
    let own: [Int]
    let fixed: [Int]
    let weights: [[Int]]
    let ownRecall: [Double?]
    let fixedRecall: [Double?]
    let pairs: [[Int]]
    let verification: [Verification]
    let fixedVerification: Verification
    let ties: Ties

    func records(_ vectors: [[Float]]) -> [EmbeddingRecord] {
      zip(vectors, identities).map { EmbeddingRecord(vector: $0, identity: $1) }
    }
  }

  private let values: Golden

  init() throws { values = try GoldenFile.values("embedding.json") }

  @Test func neighboursAndRecallAreNumPys() {
    let records = values.records(values.vectors)
    let own = EmbeddingTask(length: 16)
    let fixed = EmbeddingTask(
      length: 16, gallery: .fixed(values.records(values.gallery)))
    #expect(own.nearest(records) == values.own)
    #expect(fixed.nearest(records) == values.fixed)
    for (index, weights) in values.weights.enumerated() {
      expectClose(
        own.metric(of: records).value(weights: weights), values.ownRecall[index])
      expectClose(fixed.metric(of: records).value(weights: weights), values.fixedRecall[index])
    }
  }

  @Test func verificationIsNumPys() throws {
    let records = values.records(values.vectors)
    let pairs = values.pairs.map { pair in
      VerificationPair(
        first: pair[0], second: pair[1],
        isSame: values.identities[pair[0]] == values.identities[pair[1]])
    }
    func check(_ gallery: [EmbeddingRecord], _ expected: Golden.Verification) throws {
      let metric = VerificationMetric(records, gallery: gallery, pairs: pairs)
      let best = try #require(metric.best(weights: expected.weights))
      expectClose(best.accuracy, expected.accuracy)
      // Unit vectors are of single precision.
      #expect(abs(best.threshold - (expected.threshold ?? .infinity)) < 1e-7)
    }
    for expected in values.verification { try check(records, expected) }
    try check(values.records(values.gallery), values.fixedVerification)
  }

  @Test func equalCosinesAreToldAlike() throws {
    let metric = VerificationMetric(cosines: values.ties.cosines, isSame: values.ties.isSame)
    let best = try #require(metric.best(weights: values.ties.cosines.map { _ in 1 }))
    #expect(best.accuracy == values.ties.accuracy)
    #expect(best.threshold == values.ties.threshold ?? .infinity)
    #expect(metric.best(weights: values.ties.cosines.map { _ in 0 }) == nil)
  }

  /// More images than fit one block of products.
  @Test func blocksFindWhatSumsInDoublePrecisionFind() {
    var random = SeededRandom(seed: 18)
    let vectors = UnitVectors((0..<1500).map { _ in random.floats(3) })
    let found = NearestNeighbors.find(vectors, in: vectors, excludesSelf: true)
    for query in stride(from: 0, to: 1500, by: 53) {
      let cosines = (0..<1500).map {
        $0 == query ? -2 : vectors.cosine(query, vectors, $0)
      }
      #expect(found[query] == cosines.firstIndex(of: cosines.max() ?? 0))
    }
  }

  @Test func theLowestOfEqualsIsTheNearest() {
    var random = SeededRandom(seed: 3)
    let one = random.floats(64)
    let vectors = UnitVectors([one, random.floats(64), one, one, [Float](repeating: 0, count: 64)])
    let found = NearestNeighbors.find(vectors, in: vectors, excludesSelf: true)
    #expect([0, 2, 3].map { found[$0] } == [2, 0, 0])
    #expect(found[4] == nil)
    #expect(NearestNeighbors.find(vectors, in: vectors, excludesSelf: false)[3] == 0)
  }

  @Test func imagesWithoutAnOtherDoNotCount() {
    let records = [
      EmbeddingRecord(vector: [1, 0], identity: 0), EmbeddingRecord(vector: [1, 0.1], identity: 0),
      EmbeddingRecord(vector: [0, 1], identity: 1),
    ]
    let metric = EmbeddingTask(length: 2).metric(of: records)
    #expect(metric.value(weights: [1, 1, 1]) == 1)
    #expect(metric.value(weights: [0, 0, 1]) == nil)
  }

  @Test func anEmbeddingIsTheFirstOutput() throws {
    let output = OutputArray(shape: [1, 2, 1, 1], values: [3, 4])
    #expect(try EmbeddingTask(length: 2).record([output], truth: 7).vector == [3, 4])
    #expect(throws: TaskError.missingOutput(index: 0, count: 0)) {
      try EmbeddingTask(length: 2).record([], truth: 7)
    }
    #expect(!EmbeddingTask(length: 3).isPossible(EmbeddingRecord(vector: [1], identity: 0)))
    let expected = "an embedding of 3 values"
    #expect(throws: TaskError.wrongShape(shape: [1, 2, 1, 1], expected: expected)) {
      try EmbeddingTask(length: 3).record([output], truth: 7)
    }
  }
}
