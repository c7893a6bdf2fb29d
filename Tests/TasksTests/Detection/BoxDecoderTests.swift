import Foundation
import TestSupport
import Testing

@testable import CalibrantTasks

@Suite struct BoxDecoderTests {
  /// Decoding, confidence, suppression and the way back to the image, as NumPy has them.
  @Test func detectionsAreNumPys() throws {
    let cases = try BoxGolden.load()
    #expect(Set(cases.map(\.name)) == Set(StandardBoxDecoders.all.map { type(of: $0).name }))
    for golden in cases {
      let found = try golden.reader().detections(golden.arrays, golden.boxGeometry)
      #expect(found.count == golden.detections.count, "\(golden.name)")
      for (detection, right) in zip(found, golden.detections) {
        let box = detection.box
        let numbers = [box.x, box.y, box.right, box.bottom, detection.score]
        let isEqual = zip(numbers, right).allSatisfy { abs($0 - $1) < 1e-9 }
        #expect(isEqual && Double(detection.category) == right[5], "\(golden.name)")
      }
    }
  }

  @Test(arguments: StandardBoxDecoders.all.map { type(of: $0).name })
  func outputsOfOtherShapesAreRefused(name: String) throws {
    let decoder = try #require(StandardBoxDecoders.named(name))
    let reading = BoxReading(width: 64, height: 64)
    for shape in [[], [7], [2, 3, 4, 5], [2, 60, 8], [10, 0], [3, 3]] {
      let output = OutputArray.filled(shape, 0)
      #expect(throws: TaskError.self, "\(name) \(shape)") {
        try decoder.candidates([output, output], reading)
      }
    }
    #expect(throws: TaskError.self) { try decoder.candidates([], reading) }
  }

  @Test(arguments: StandardBoxDecoders.all.map { type(of: $0).name })
  func valuesThatAreNoNumbersAreNoDetections(name: String) throws {
    let decoder = try #require(StandardBoxDecoders.named(name))
    let reading = BoxReading(width: 32, height: 32)
    let shapes = name.hasPrefix("detr") ? [[1, 21, 9], [1, 21, 4]] : [[1, 21, 9]]
    for value in [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude] {
      let outputs = shapes.map { OutputArray.filled($0, value) }
      let found = try decoder.candidates(outputs, reading)
      #expect(found.allSatisfy { $0.box.isFinite && $0.score.isFinite }, "\(name) \(value)")
    }
  }

  @Test func classesThatAreNoIndicesAreNoDetections() throws {
    let rows: [[Float]] = [-1, 0.5, .nan, 1e30, 80, 79].map { [1, 2, 3, 4, 0.9, $0] }
    let output = OutputArray(shape: [1, 6, 6], values: rows.flatMap { $0 })
    let reading = BoxReading(width: 32, height: 32, classCount: 80)
    #expect(try EndToEndBoxes().candidates([output], reading).map(\.category) == [79])
  }

  /// Numbers of masks and key points follow those of classes.
  @Test func furtherNumbersAreSkipped() throws {
    var values = [Float](repeating: 0.9, count: 38 * 50)
    values.replaceSubrange(0..<4 * 50, with: repeatElement(8, count: 200))
    let output = OutputArray(shape: [1, 38, 50], values: values)
    let reading = BoxReading(width: 64, height: 64, classCount: 2)
    #expect(try YOLOv8Boxes().candidates([output], reading).count == 100)
    let tooMany = BoxReading(width: 64, height: 64, classCount: 35)
    #expect(throws: TaskError.wrongShape(shape: [1, 38, 50], expected: "4+35 x N or N x 4+35")) {
      try YOLOv8Boxes().candidates([output], tooMany)
    }
  }

  @Test func suppressionIsGreedyAndByClass() {
    let box = Box(x: 0, y: 0, width: 10, height: 10)
    let near = Box(x: 1, y: 0, width: 10, height: 10)
    let candidates = [
      Detection(box: near, category: 0, score: 0.5), Detection(box: box, category: 0, score: 0.9),
      Detection(box: near, category: 1, score: 0.5), Detection(box: near, category: 1, score: 0.5),
    ]
    let kept = NonMaximumSuppression(overlap: 0.7).kept(candidates)
    #expect(kept == [candidates[1], candidates[2]])
    // They share 9/11 of their union, which is not more than the threshold.
    let loose = NonMaximumSuppression(overlap: box.overlap(near)).kept(candidates)
    #expect(loose == [candidates[1], candidates[0], candidates[2]])
    #expect(NonMaximumSuppression(overlap: 1, limit: 1).kept(candidates) == [candidates[1]])
  }
}

extension OutputArray {
  fileprivate static func filled(_ shape: [Int], _ value: Float) -> OutputArray {
    OutputArray(
      shape: shape, values: Array(repeating: value, count: shape.reduce(1, *)))
  }
}

/// `Golden/boxes.json`.
private struct BoxGolden: Decodable {
  struct Output: Decodable {
    let shape: [Int]
    let values: [Float]
  }

  let name: String
  let every: Bool
  let confidence: Double
  let overlap: Double
  let limit: Int
  let input: [Int]
  let geometry: [Double]
  let outputs: [Output]
  /// left, top, right, bottom, score, class
  let detections: [[Double]]

  static func load() throws -> [BoxGolden] {
    let data = try Data(contentsOf: GoldenFile.url("boxes.json"))
    return try JSONDecoder().decode([BoxGolden].self, from: data)
  }

  var arrays: [OutputArray] {
    outputs.map { OutputArray(shape: $0.shape, values: $0.values) }
  }

  var boxGeometry: BoxGeometry {
    BoxGeometry(
      width: Int(geometry[0]), height: Int(geometry[1]), scaleX: geometry[2], scaleY: geometry[3],
      offsetX: geometry[4], offsetY: geometry[5])
  }

  func reader() throws -> BoxReader {
    BoxReader(
      decoder: try #require(StandardBoxDecoders.named(name)),
      reading: BoxReading(
        width: input[0], height: input[1], confidence: confidence, keepsEveryClass: every),
      suppression: NonMaximumSuppression(overlap: overlap, limit: limit))
  }
}
