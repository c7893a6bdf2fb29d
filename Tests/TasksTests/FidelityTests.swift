import Foundation
import Testing

@testable import CalibrantTasks

/// Parts and measures are those of `Golden/make_fidelity.py`.
struct FidelityTests {
  struct Golden: Decodable {
    struct Measures: Decodable {
      let weights: [Int]
      let sqnr: Double
      let cosine: Double
      let largest: Float
    }

    let name: String
    let shape: [Int]
    let reference: [[Float]]
    let other: [[Float]]
    let axis: Int
    let places: [[Int]]
    let measures: [Measures]

    var arrays: [(reference: OutputArray, other: OutputArray)] {
      zip(reference, other).map {
        (OutputArray(shape: shape, values: $0), OutputArray(shape: shape, values: $1))
      }
    }
    var parts: [OutputPart] { places.map { OutputPart(axis: axis, places: $0[0]..<$0[1]) } }

    func distances(_ part: OutputPart) -> [OutputDistance] {
      arrays.map { OutputDistance(reference: $0.reference, other: $0.other, part: part) }
    }
  }

  private let cases: [Golden]

  init() throws { cases = try GoldenFile.values("fidelity.json") }

  /// Outputs whose shape follows the image are compared as a whole; those of other shapes have nothing to compare.
  @Test func outputsOfAnyShapeAreCompared() throws {
    let task = FidelityTask([nil])
    #expect(task.parts.count == 1 && task.isWhole(task.parts[0]))
    let reference = OutputArray(shape: [1, 2, 2], values: [1, 2, 3, 4])
    let other = OutputArray(shape: [1, 2, 2], values: [1, 2, 3, 5])
    let distance = try task.record([other], truth: [reference])[0]
    #expect(distance.signal == 30 && distance.noise == 1 && distance.count == 4)
    let shorter = OutputArray(shape: [1, 1, 2], values: [1, 2])
    #expect(try task.record([shorter], truth: [reference])[0].count == 0)
  }

  @Test func partsAreNumPys() {
    for value in cases {
      var maxima = AxisMaxima(shape: value.shape)
      for image in value.arrays { maxima.add(image.reference) }
      #expect(OutputParts.find(in: maxima) == value.parts, "\(value.name)")
    }
  }

  @Test func maximaForgetTheOrder() throws {
    let value = try #require(cases.first)
    var all = AxisMaxima(shape: value.shape)
    var halves = [all, all]
    for (index, image) in value.arrays.enumerated() {
      all.add(image.reference)
      halves[index % 2].add(image.reference)
    }
    halves[1].merge(halves[0])
    #expect(halves[1] == all)
  }

  @Test func measuresAreNumPys() throws {
    for value in cases {
      let rows = value.parts.flatMap { [$0, $0] }
      for (part, expected) in zip(rows, value.measures) {
        let distances = value.distances(part)
        expectClose(
          FidelityMetric(.sqnr, of: distances).value(weights: expected.weights), expected.sqnr)
        expectClose(
          FidelityMetric(.cosine, of: distances).value(weights: expected.weights), expected.cosine)
        guard expected.weights == [1, 1, 1, 1] else { continue }
        var sum = DistanceSum()
        for distance in distances { sum.add(distance) }
        expectClose(sum.sqnr, expected.sqnr)
        expectClose(sum.cosine, expected.cosine)
        #expect(abs(sum.largestDifference - expected.largest) <= 2 * expected.largest.ulp)
      }
    }
  }

  @Test func theTaskTakesThePartFarthestAway() throws {
    let value = try #require(cases.first)
    var maxima = AxisMaxima(shape: value.shape)
    for image in value.arrays { maxima.add(image.reference) }
    let task = FidelityTask([maxima])
    let records = try value.arrays.map { try task.record([$0.other], truth: [$0.reference]) }
    #expect(records.allSatisfy(task.isPossible))
    #expect(!task.isPossible([]))
    let lowest = value.measures.filter { $0.weights == [1, 1, 1, 1] }.map(\.sqnr).min()
    expectClose(task.metric(of: records).value(weights: [1, 1, 1, 1]), lowest)
    let reference = value.arrays[0].reference
    let same = try task.record([reference], truth: [reference])
    #expect(task.metric(of: [same]).value(weights: [1]) == nil)
    #expect(throws: TaskError.missingOutput(index: 0, count: 0)) {
      try task.record([], truth: [reference])
    }
    let flat = OutputArray(shape: [1], values: [0])
    #expect(throws: TaskError.wrongShape(shape: [1], expected: "1 x 9 x 12")) {
      try task.record([flat], truth: [reference])
    }
  }

  @Test func sumsAreTheSameBytesInAnyOrder() throws {
    let distances = cases.flatMap { $0.distances($0.parts[0]) }
    var forward = DistanceSum()
    for distance in distances { forward.add(distance) }
    var groups = [DistanceSum(), DistanceSum(), DistanceSum()]
    for (index, distance) in distances.reversed().enumerated() { groups[index % 3].add(distance) }
    groups[2].merge(groups[0])
    groups[2].merge(groups[1])
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(forward) == encoder.encode(groups[2]))
  }

  @Test func filesAreChecked() throws {
    let maxima = try JSONEncoder().encode(AxisMaxima(shape: [2, 3]))
    #expect(try JSONDecoder().decode(AxisMaxima.self, from: maxima).shape == [2, 3])
    let value = try #require(cases.first)
    let distance = try JSONEncoder().encode(value.distances(value.parts[0])[0])
    let read = try JSONDecoder().decode(OutputDistance.self, from: distance)
    #expect(read == value.distances(value.parts[0])[0])
    #expect(throws: DecodingError.self) {
      let short = Data(#"{"shape": [2, 3], "axes": [[0, 0], [0]]}"#.utf8)
      return try JSONDecoder().decode(AxisMaxima.self, from: short)
    }
    let text = String(decoding: distance, as: UTF8.self)
    let endless = text.replacing(#""count":"#, with: #""count":9000000000000"#)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(OutputDistance.self, from: Data(endless.utf8))
    }
  }

  @Test func equalInfinitiesDifferByNothing() {
    let first = OutputArray(shape: [4], values: [-.infinity, 1, .nan, 2])
    let second = OutputArray(shape: [4], values: [-.infinity, 1, .nan, .infinity])
    let part = OutputPart(whole: [4])
    let same = OutputDistance(reference: first, other: first, part: part)
    #expect(same.count == 2 && same.incomparable == 0 && same.noise == 0)
    #expect(OutputDistance(reference: first, other: second, part: part).incomparable == 1)
    #expect(FidelityMetric(.sqnr, of: [same]).value(weights: [1]) == nil)
  }

  @Test func theLowestOfEqualClassesIsTheClass() {
    func scores(_ values: [Float]) -> OutputArray {
      OutputArray(shape: [1, values.count], values: values)
    }
    #expect(SameClass.best(scores([.nan, 1, 3, 3])) == 2)
    #expect(SameClass.holds(scores([0, 1]), scores([1, 2])) == true)
    #expect(SameClass.holds(scores([0, 1]), scores([2, 1])) == false)
    #expect(SameClass.holds(scores([0, 1]), scores([.nan, .nan])) == nil)
    let share = ShareMetric([true, false, nil, true])
    #expect(share.value(weights: [1, 1, 5, 2]) == 0.75)
    #expect(share.value(weights: [0, 0, 5, 0]) == nil)
  }
}
