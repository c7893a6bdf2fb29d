import Foundation
import CalibrantHarness
import TestSupport
import Testing

@Suite struct ReportSchemaTests {
  private static func schema() throws -> JSONSchema {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try JSONSchema(contentsOf: package.appending(path: "Guides/report.schema.json"))
  }

  private static func report() -> String {
    JSONReport().render(SampleComparison.comparison, evaluations: SampleComparison.evaluations)
  }

  @Test func reportsFollowTheCommittedSchema() throws {
    #expect(try Self.schema().violations(of: Data(Self.report().utf8)) == [])
  }

  @Test(arguments: [
    ("\"schemaVersion\": 1", "\"schemaVersion\": 2"), ("\"top1\": 0.96", "\"top1\": 96"),
    ("\"kind\": \"original\"", "\"kind\": \"float\""), ("\"bytes\": 1234567", "\"bytes\": \"x\""),
    ("\"sampling\": \"fixed\",", ""),
  ])
  func theSchemaRefusesWhatIsNotAReport(_ change: (old: String, new: String)) throws {
    let broken = Self.report().replacingOccurrences(of: change.old, with: change.new)
    #expect(broken != Self.report())
    #expect(try !Self.schema().violations(of: Data(broken.utf8)).isEmpty)
  }
}

@Suite struct JUnitReportTests {
  @Test func isXMLWithOneCasePerJudgedArm() throws {
    let comparison = SampleComparison.comparison
    let text = JUnitReport().render(comparison, evaluations: SampleComparison.evaluations)
    #expect(text.components(separatedBy: "<testcase ").count - 1 == comparison.judgedArms.count)
    let failures = comparison.judgedArms.count { $0.verdict == .fail }
    #expect(text.components(separatedBy: "<failure ").count - 1 == failures)
    #expect(text.contains("failures=\"\(failures)\""))
    // Every element closes.
    for tag in ["testsuites", "testsuite", "testcase"] {
      let opened = text.components(separatedBy: "<\(tag) ").count
      #expect(opened == text.components(separatedBy: "</\(tag)>").count)
    }
  }
}
