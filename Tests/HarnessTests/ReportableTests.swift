import Foundation
import Testing

@testable import CalibrantHarness

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Results besides comparisons, in the formats that all results share.
@Suite struct ReportableTests {
  private static let hostile = "<b>\"x\"</b> | `y` & \u{1B}[2J\n*z*"

  /// Ten images, of which the second arm breaks `broken`.
  private static func difference(
    broken: Int, name: String = "w8", maxDrop: Double? = nil
  ) throws -> ResultDifference {
    func result(_ file: String, _ wrong: Int) -> SavedResult {
      SavedResult(
        name: file,
        images: (0..<10).map {
          .init(path: "\(name)\($0).png", contentHash: String($0), label: 0)
        },
        arms: [
          .init(name: name, predictions: (0..<10).map { $0 < wrong ? 1 : 0 }),
          .init(name: "same", predictions: [Int](repeating: 0, count: 10)),
        ])
    }
    return try ResultDifference(
      old: result("old.json", 0), new: result("new.json", broken), maxDrop: maxDrop)
  }

  private static let evaluation = EvaluationReport(
    EvaluationResult(
      model: hostile,
      records: [Record(path: hostile, contentHash: "a", label: 0, top5: [0, 1], margin: 1)],
      classNames: [hostile, "b"], skippedImages: [hostile],
      seconds: .init(decode: 1, inference: 1, total: 2)),
    records: [Record(path: hostile, contentHash: "a", label: 0, top5: [0, 1], margin: 1)])

  private static func reports() throws -> [any Reportable] {
    [try difference(broken: 9, name: hostile, maxDrop: 0.01), evaluation]
  }

  @Test func namesAreTextInEveryFormat() throws {
    for report in try Self.reports() {
      let page = try #require(HTMLReport().render(report))
      #expect(page.contains("&lt;b&gt;&quot;x&quot;"))
      #expect(!page.contains("<b>") && !page.contains("<script") && !page.contains("http"))
      let text = try #require(MarkdownReport().render(report))
      #expect(text.contains("\\*z\\*") && !text.contains("<b>"))
      for row in text.split(separator: "\n") where row.hasPrefix("|") {
        #expect(row.replacing("\\|", with: "").hasSuffix("|"))
      }
      for text in [page, text, report.text] { #expect(!text.contains("\u{1B}")) }
    }
  }

  @Test func testCasesFailWhereAnArmIsWorse() throws {
    let plain = try Self.cases(of: Self.difference(broken: 9))
    #expect(plain == ["w8": "failure", "same": "system-out"])
    let judged = try Self.cases(of: Self.difference(broken: 2, maxDrop: 0.3))
    #expect(judged == ["w8": "skipped", "same": "system-out"])
    #expect(try Self.difference(broken: 2, maxDrop: 0.3).exitCode == 2)
    #expect(try Self.cases(of: Self.difference(broken: 0)).values.allSatisfy { $0 == "system-out" })
  }

  @Test func accuracyIsAFact() throws {
    let cases = try Self.cases(of: Self.evaluation)
    #expect(cases["top-1"] == "system-out" && cases.count == 3)
    let text = try #require(MarkdownReport().render(Self.evaluation))
    // Wilson's interval of one image of one, worked by hand: 1 / (1 + 1.96²) = 20.7 %.
    #expect(text.contains("| top-1 | 100.00 | \\[20.7, 100.0\\] |"))
    #expect(text.contains("left out 1 unreadable image"))
  }

  @Test func aDifferenceHasNoRecords() throws {
    #expect(try CSVRecords().render(Self.difference(broken: 1)) == nil)
    #expect(CSVRecords().render(Self.evaluation)?.hasPrefix("path,label,top1") == true)
  }

  @Test func longTablesAreCutInComments() throws {
    let rows = (0..<250).map { ["class \($0)", "1"] }
    let text = try #require(
      MarkdownReport().render(
        Sample(
          document: ReportDocument(
            title: "t", suite: "s", headline: "h",
            blocks: [.table(ReportTable(caption: "c", titles: ["a", "b"], rows: rows))]))))
    #expect(text.contains("| class 99 | 1 |\n\n… 150 more rows\n"))
  }

  /// The longest run of backticks in a name is no fence.
  @Test func codeStaysCode() throws {
    let text = try #require(
      MarkdownReport().render(
        Sample(
          document: ReportDocument(
            title: "t", suite: "s", headline: "h", blocks: [.code("a ```` b")]))))
    #expect(text.hasSuffix("\n\n`````\na ```` b\n`````\n"))
  }

  private struct Sample: Reportable {
    let document: ReportDocument
    let text = ""
    let json = ""
  }

  /// What each test case holds, by name.
  private static func cases(of report: any Reportable) throws -> [String: String] {
    let text = try #require(JUnitReport().render(report))
    let reader = CaseReader()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = reader
    try #require(parser.parse(), "\(text)")
    #expect(text.contains("tests=\"\(reader.cases.count)\""))
    let failures = reader.cases.values.count { $0 == "failure" }
    #expect(text.contains("failures=\"\(failures)\""))
    return reader.cases
  }
}

private final class CaseReader: NSObject, XMLParserDelegate {
  private(set) var cases: [String: String] = [:]
  private var name: String?

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    if element == "testcase" {
      name = attributes["name"]
    } else if let name {
      cases[name] = element
    }
  }

  func parser(
    _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
    qualifiedName: String?
  ) {
    if element == "testcase" { name = nil }
  }
}
