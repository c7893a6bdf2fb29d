import Foundation
import Testing

@testable import CalibrantTasks

/// Texts and metrics are those of `Golden/make_text.py`.
struct TextTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      let shape: [Int]
      let blank: String
      let scores: [Float]
      let text: String
      let truth: String
      let distance: Int
      let length: Int

      func task(_ symbols: [String]) -> TextTask {
        TextTask(
          CTCDecoder(TextDictionary(symbols: symbols), blank: blank == "first" ? .first : .last))
      }
    }
    struct Metrics: Decodable {
      let weights: [Int]
      let exact: Double?
      let errors: Double?
    }
    struct Distance: Decodable {
      let first: String
      let second: String
      let distance: Int
    }

    let symbols: [String]
    let cases: [Case]
    let metrics: [Metrics]
    let distances: [Distance]

    func records() throws -> [TextRecord] {
      try cases.map { value in
        let output = OutputArray(shape: value.shape, values: value.scores)
        return try value.task(symbols).record([output], truth: value.truth)
      }
    }
  }

  private let values: Golden

  init() throws { values = try GoldenFile.values("text.json") }

  @Test func textsAreReadAsByNumPy() throws {
    for (record, value) in zip(try values.records(), values.cases) {
      #expect(record.text.unicodeScalars.elementsEqual(value.text.unicodeScalars))
      #expect(record.distance == value.distance)
      #expect(record.length == value.length)
    }
  }

  @Test func metricsAreNumPys() throws {
    let records = try values.records()
    let task = values.cases[0].task(values.symbols)
    for expected in values.metrics {
      expectClose(task.metric(of: records).value(weights: expected.weights), expected.exact)
      expectClose(CharacterErrorMetric(records).value(weights: expected.weights), expected.errors)
    }
  }

  @Test func distancesCountScalars() {
    for value in values.distances {
      #expect(EditDistance.between(value.first, value.second) == value.distance, "\(value)")
    }
    #expect(TextRecord(text: "é", truth: "e\u{301}").isExact == false)
  }

  @Test func recordsOfFilesAreChecked() throws {
    let task = values.cases[0].task(values.symbols)
    #expect(try values.records().allSatisfy(task.isPossible))
    for json in [
      #"{"text": "ab", "distance": 3, "length": 2}"#,
      #"{"text": "ab", "distance": 0, "length": 3}"#,
      #"{"text": "", "distance": 9223372036854775807, "length": 9223372036854775807}"#,
      #"{"text": "ab", "distance": -1, "length": 2}"#,
    ] {
      let record = try JSONDecoder().decode(TextRecord.self, from: Data(json.utf8))
      #expect(!task.isPossible(record))
    }
  }

  @Test func dictionariesKeepEveryLine() throws {
    let bytes: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("a\r\n\n\u{3000}\n字\n".utf8)
    #expect(try TextDictionary(file: bytes).symbols == ["a", "", "\u{3000}", "字"])
    #expect(
      try TextDictionary(file: Array("a\nb".utf8), addsSpace: true).symbols == ["a", "b", " "])
    #expect(throws: TaskError.invalidUTF8(line: 2)) {
      try TextDictionary(file: Array("a\n".utf8) + [0xFF, 0x0A])
    }
    #expect(throws: TaskError.emptyDictionary) { try TextDictionary(file: []) }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let decoder = CTCDecoder(TextDictionary(symbols: ["a", "b"]))
    let flat = OutputArray(shape: [3], values: [0, 1, 0])
    #expect(throws: TaskError.wrongShape(shape: [3], expected: "1 x T x C")) {
      try decoder.text(flat)
    }
    let wide = OutputArray(shape: [1, 1, 4], values: [0, 1, 0, 0])
    #expect(throws: TaskError.wrongDictionary(symbols: 2, classes: 4)) { try decoder.text(wide) }
    let one = OutputArray(shape: [1, 1, 3], values: [.nan, 0, 1])
    #expect(try decoder.text(one) == "b")
  }
}
