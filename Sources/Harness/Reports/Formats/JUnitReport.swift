/// The comparison as CI systems show tests: one case per arm that the verdict is about.
///
/// An inconclusive arm is a skipped case: nothing was shown to be broken, and nothing to be right. The
/// exit code tells the two apart.
public struct JUnitReport: ReportFormat {
  public static let name = "junit"
  public static let fileName: String? = "report.junit.xml"

  public init() {}

  public func render(_ comparison: Comparison, _ listing: any AnswerListing) -> String {
    let arms = comparison.judgedArms
    let suite = Escaping.html("calibrant compare \(comparison.facts.model.name)")
    let counts =
      "tests=\"\(arms.count)\" failures=\"\(arms.count { $0.verdict == .fail })\" errors=\"0\" "
      + "skipped=\"\(arms.count { $0.verdict == .inconclusive })\""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="calibrant" \(counts)>
      <testsuite name="\(suite)" \(counts)>
      \(arms.map(Self.testCase).joined(separator: "\n"))
      <system-out>\(Escaping.html(ReportSummary(comparison).headline))</system-out>
      </testsuite>
      </testsuites>

      """
  }

  private static func testCase(_ arm: ArmResult) -> String {
    let head =
      "<testcase classname=\"\(Escaping.html(arm.scheme ?? "original"))\" "
      + "name=\"\(Escaping.html(arm.name))\""
    let text = Escaping.html(sentence(arm))
    switch arm.verdict {
    case .fail: return "\(head)><failure message=\"\(text)\"/></testcase>"
    case .inconclusive: return "\(head)><skipped message=\"\(text)\"/></testcase>"
    case .pass, nil: return "\(head)><system-out>\(text)</system-out></testcase>"
    }
  }

  private static func sentence(_ arm: ArmResult) -> String {
    guard let drop = arm.drop else { return "" }
    let needed = arm.imagesNeeded.map { "; about \(ReportText.count($0, "image")) would settle it" }
    let measured = arm.hardware?.measured ?? []
    let byHardware = measured.map { "\($0.hardware.rawValue) \(HardwareText.drop($0.result))" }
    let both = measured.count > 1 ? " (\(byHardware.joined(separator: ", ")))" : ""
    let interval = arm.dropInterval.map { " " + ReportText.points($0) } ?? ""
    return "drop \(ReportText.points(drop)) points\(interval)\(both)"
      + (needed ?? "")
  }
}
