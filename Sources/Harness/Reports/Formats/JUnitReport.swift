/// The result as CI systems show tests: one case per check.
///
/// An inconclusive check is a skipped case: nothing was shown to be broken, and nothing to be right. The
/// exit code tells the two apart.
public struct JUnitReport: ReportFormat {
  public static let name = "junit"
  public static let fileName: String? = "report.junit.xml"

  public init() {}

  public func render(_ report: any Reportable) -> String? {
    let document = report.document
    let checks = document.checks
    let suite = Escaping.html(document.suite)
    let counts =
      "tests=\"\(checks.count)\" failures=\"\(checks.count { $0.verdict == .fail })\" errors=\"0\" "
      + "skipped=\"\(checks.count { $0.verdict == .inconclusive })\""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="calibrant" \(counts)>
      <testsuite name="\(suite)" \(counts)>
      \(checks.map(Self.testCase).joined(separator: "\n"))
      <system-out>\(Escaping.html(Self.summary(document)))</system-out>
      </testsuite>
      </testsuites>

      """
  }

  private static func summary(_ document: ReportDocument) -> String {
    [document.advice?.sentence, document.headline].compactMap(\.self).joined(separator: " ")
  }

  private static func testCase(_ check: ReportCheck) -> String {
    let head =
      "<testcase classname=\"\(Escaping.html(check.group))\" name=\"\(Escaping.html(check.name))\""
    let text = Escaping.html(check.sentence)
    switch check.verdict {
    case .fail: return "\(head)><failure message=\"\(text)\"/></testcase>"
    case .inconclusive: return "\(head)><skipped message=\"\(text)\"/></testcase>"
    case .pass, nil: return "\(head)><system-out>\(text)</system-out></testcase>"
    }
  }
}
