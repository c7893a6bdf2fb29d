import Foundation
import Testing

@testable import CalibrantHarness

/// Names come from files and folders, and may be hostile.
@Suite struct EscapingTests {
  /// Nothing that a terminal obeys but line breaks and tabs; nothing that shows text in another order.
  @Test func terminalsObeyNothing() {
    let name = "a\u{1B}]0;owned\u{7}\u{9B}31m\r\u{7F}\u{202E}gpj.\u{2066}\tb\né"
    #expect(
      Escaping.terminalLines(name)
        == "a\\u{1b}]0;owned\\u{7}\\u{9b}31m\\r\\u{7f}\\u{202e}gpj.\\u{2066}\tb\né")
    #expect(JSONValue.string("\u{9B}31m\u{7F}").text == "\"\\u009b31m\\u007f\"\n")
  }

  /// A spreadsheet computes none of these.
  @Test func cellsAreNoFormulas() {
    for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
      var csv = CSV()
      csv.line(["a", cell, "b=c"])
      let quoted = cell.contains("\r") ? "\"'\(cell)\"" : "'\(cell)"
      #expect(csv.text == "a,\(quoted),b=c\n")
    }
    var numbers = CSV()
    numbers.append(-1)
    #expect(numbers.text == "-1")
  }

  private static let hostile = "<script>alert('1')</script>, \"two\"\nthree | `x` & \u{1B}[2J"

  private static let evaluations: [ArmEvaluation] = {
    var evaluations = Array(SampleComparison.evaluations.prefix(2))
    evaluations[1].arm.name = hostile
    evaluations[1].arm.method = hostile
    evaluations[1].arm.scheme = hostile
    evaluations[1].notes = [hostile]
    for index in evaluations.indices {
      evaluations[index].records = Array(evaluations[index].records.prefix(2))
      evaluations[index].records[1].path = hostile
    }
    return evaluations
  }()

  private static let comparison: Comparison = {
    var facts = SampleComparison.facts()
    facts.model.name = hostile
    facts.dataset.skipped = [hostile]
    facts.preprocessing = [.init(hostile, hostile)]
    facts.machine.cpu = hostile
    return Comparison(facts: facts, evaluations: evaluations)
  }()

  private func render(_ format: some ReportFormat) -> String {
    format.render(Self.comparison, evaluations: Self.evaluations)
  }

  @Test func htmlHoldsNoForeignMarkup() {
    let page = render(HTMLReport())
    #expect(page.contains("&lt;script&gt;alert(&#39;1&#39;)"))
    #expect(!page.contains("<script") && !page.contains("\"two\"") && !page.contains("\u{1B}"))
  }

  @Test func markdownKeepsItsLinesAndCells() {
    let text = render(MarkdownReport())
    #expect(!text.contains("<script") && !text.contains("\u{1B}"))
    #expect(!text.replacing("\\`", with: "").contains("`"))
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }
    // The best files, and all of them with a row for their scheme.
    let bars = rows.map { row in row.replacing("\\|", with: "").count { $0 == "|" } }
    #expect(bars == [7, 7, 7, 7, 13, 13, 13, 13, 13])
  }

  @Test func terminalSeesNoControlCharacters() {
    let text = render(TerminalReport())
    #expect(
      text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func jsonReadsBackTheSameText() throws {
    let data = Data(render(JSONReport()).utf8)
    let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let arms = try #require(report["arms"] as? [[String: Any]])
    #expect(arms[1]["name"] as? String == Self.hostile)
    #expect((report["preprocessing"] as? [String: String])?[Self.hostile] == Self.hostile)
  }

  @Test func csvReadsBackTheSameFields() {
    let rows = Self.parse(render(CSVRecords()))
    #expect(rows.count == 5)
    #expect(rows.allSatisfy { $0.count == 10 })
    #expect(rows[3][0] == Self.hostile && rows[4][1] == Self.hostile)
    let predictions = Self.parse(Predictions.csv(Self.evaluations[0].records))
    #expect(predictions.map(\.count) == [8, 8, 8])
    #expect(predictions[0].joined(separator: ",") == "path,label,top1,top2,top3,top4,top5,margin")
    #expect(predictions[2][0] == Self.hostile)
  }

  @Test func fewClassesLeaveFieldsEmpty() {
    let record = Record(path: "a.png", contentHash: "0", label: 1, top5: [1, 0], margin: 0.5)
    #expect(
      Self.parse(Predictions.csv([record]))[1] == ["a.png", "1", "1", "0", "", "", "", "0.5"])
  }

  /// A reader of RFC 4180, one character at a time.
  private static func parse(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field = ""
    var isQuoted = false
    var previous: Character?
    for character in text {
      switch (character, isQuoted) {
      case ("\"", true): isQuoted = false
      case ("\"", false):
        if previous == "\"" { field.append("\"") }
        isQuoted = true
      case (",", false):
        row.append(field)
        field = ""
      case ("\n", false):
        rows.append(row + [field])
        (row, field) = ([], "")
      default: field.append(character)
      }
      previous = character
    }
    return rows
  }
}
